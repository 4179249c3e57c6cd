import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../shared/failure.js';
import type { Progress } from './progress.js';
import { lastLine, runCommand } from './run-command.js';
import { TEMPORAL_PIN } from './temporal-version.js';

const DOWNLOADER = fileURLToPath(new URL('./temporal-downloader.js', import.meta.url));
/** A connection that has brought no byte by then is blocked: a proxy that swallows packets, for instance. */
const FIRST_BYTE_LIMIT_MS = 15_000;
const TIME_LIMIT_MS = 5 * 60_000;

/**
 * Lets the Temporal SDK download its own pinned dev server into `folder` and returns its path. In a process of its own,
 * because the SDK's download cannot be cancelled.
 * @throws Failure `TemporalNotObtained`, within seconds where there is no network
 */
export async function downloadTemporal(folder: string, progress: Progress, env: NodeJS.ProcessEnv): Promise<string> {
  await mkdir(folder, { recursive: true });
  progress(`downloading temporal ${TEMPORAL_PIN.version} (once) ...`);
  const stop = new AbortController();
  const deadline = setTimeout(async () => {
    if ((await readdir(folder)).length === 0) stop.abort();
  }, FIRST_BYTE_LIMIT_MS);
  const outcome = await runCommand(process.execPath, [DOWNLOADER, folder, `v${TEMPORAL_PIN.version}`], {
    timeLimitMs: TIME_LIMIT_MS,
    env,
    signal: stop.signal,
  });
  clearTimeout(deadline);
  const [file] = outcome.status === 0 ? await readdir(folder) : [];
  if (file !== undefined) return path.join(folder, file);
  // The SDK repeats the address at every level; the cause comes last.
  const cause = stop.signal.aborted ? 'no answer' : lastLine(outcome).split('): ').at(-1);
  throw new Failure('TemporalNotObtained', `the download did not work: ${cause}`);
}
