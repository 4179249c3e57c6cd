import path from 'node:path';
import { Failure } from '../shared/failure.js';
import { findOnPath, programFile } from './find-on-path.js';
import { PinMismatch } from './pin-mismatch.js';
import type { Progress } from './progress.js';
import { lastLine, runCommand } from './run-command.js';
import { runGo } from './run-go.js';
import { TEMPORAL_MODULE_SUM, TEMPORAL_PIN } from './temporal-version.js';

const MODULE = 'github.com/temporalio/cli';
const FIX = 'find out who changed it; name a temporal of your own in BELIEVE_TEMPORAL meanwhile';
const TIME_LIMIT_MS = 20 * 60_000;

/**
 * Builds the pinned `temporal` from source into `folder` and returns its path. Go checks every module against its public
 * checksum database, whatever this machine is set to; the sum of the module itself is compared here, too.
 * @throws PinMismatch; Failure `TemporalNotObtained` where there is no Go or the build fails
 */
export async function buildTemporal(folder: string, progress: Progress, env: NodeJS.ProcessEnv): Promise<string> {
  const go = await findOnPath('go', env);
  if (go === undefined) throw new Failure('TemporalNotObtained', 'there is no Go to build it with');
  progress(`building temporal ${TEMPORAL_PIN.version} with go install (once, 3 to 5 minutes) ...`);
  // -v names each package on a line; the linker flags drop debug tables and stamp the version that --version prints.
  const linker = `-s -w -X ${MODULE}/temporalcli.Version=${TEMPORAL_PIN.version}`;
  const args = ['install', '-v', `-ldflags=${linker}`, `${MODULE}/cmd/temporal@v${TEMPORAL_PIN.version}`];
  const built = await runGo(go, args, { env: { ...env, GOBIN: folder }, timeLimitMs: TIME_LIMIT_MS, progress });
  if (/SECURITY ERROR|checksum mismatch/.test(built.stderr))
    throw new PinMismatch(MODULE, TEMPORAL_MODULE_SUM, lastLine(built), FIX);
  if (built.status !== 0) throw new Failure('TemporalNotObtained', `go install failed: ${lastLine(built)}`);
  const program = path.join(folder, programFile('temporal'));
  await refuseOtherModule(go, program);
  return program;
}

/** What the program was built from is written in it. */
async function refuseOtherModule(go: string, program: string): Promise<void> {
  const { stdout } = await runCommand(go, ['version', '-m', program], { timeLimitMs: 30_000 });
  const found = /^\s*mod\s+(\S+)\s+\S+\s+(h1:\S+)/m.exec(stdout);
  if (found?.[1] === MODULE && found[2] === TEMPORAL_MODULE_SUM) return;
  throw new PinMismatch(MODULE, TEMPORAL_MODULE_SUM, found?.[2] ?? 'no sum', FIX);
}
