import path from 'node:path';
import { Failure } from '../shared/failure.js';
import { findOnPath, programFile } from './find-on-path.js';
import type { Progress } from './progress.js';
import { lastLine, runCommand } from './run-command.js';
import { TEMPORAL_PIN } from './temporal-version.js';

const MODULE = 'github.com/temporalio/cli';
const TIME_LIMIT_MS = 20 * 60_000;
const PROGRESS_EVERY_MS = 10_000;

/**
 * Builds the pinned `temporal` from source into `folder` and returns its path. Go itself checks every module against
 * its checksum database.
 * @throws Failure `TemporalNotObtained` where there is no Go or the build fails
 */
export async function buildTemporal(folder: string, progress: Progress, env: NodeJS.ProcessEnv): Promise<string> {
  const go = await findOnPath('go', env);
  if (go === undefined) throw new Failure('TemporalNotObtained', 'there is no Go to build it with');
  progress(`building temporal ${TEMPORAL_PIN.version} with go install (once, 3 to 5 minutes) ...`);
  const startedAtMs = Date.now();
  let packages = 0;
  const ticker = setInterval(() => {
    progress(`  ${packages} packages compiled, ${Math.round((Date.now() - startedAtMs) / 1000)} s ...`);
  }, PROGRESS_EVERY_MS);
  // -v names each package on a line; the linker flags drop debug tables and stamp the version that --version prints.
  const linker = `-s -w -X ${MODULE}/temporalcli.Version=${TEMPORAL_PIN.version}`;
  const args = ['install', '-v', `-ldflags=${linker}`, `${MODULE}/cmd/temporal@v${TEMPORAL_PIN.version}`];
  const built = await runCommand(go, args, {
    timeLimitMs: TIME_LIMIT_MS,
    env: { ...env, GOBIN: folder },
    onLine: (line) => {
      if (!line.startsWith('go: ')) packages++;
    },
  });
  clearInterval(ticker);
  if (built.status === 0) return path.join(folder, programFile('temporal'));
  throw new Failure('TemporalNotObtained', `go install failed: ${lastLine(built)}`);
}
