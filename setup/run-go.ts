import type { Progress } from './progress.js';
import { type CommandOutcome, runCommand } from './run-command.js';

/** Settings that would let modules through unchecked, or from a database that this machine chose, do not count here. */
export const CHECKED_MODULES = {
  GOSUMDB: 'sum.golang.org',
  GONOSUMDB: '',
  GONOSUMCHECK: '',
  GOPRIVATE: '',
  GOINSECURE: '',
  GOFLAGS: '',
};
const PROGRESS_EVERY_MS = 10_000;

/** Runs a build by Go that names each package on a line (`-v`), every module checked, and says from time to time how far it is. */
export async function runGo(
  file: string,
  args: readonly string[],
  { env, timeLimitMs, progress }: { env: NodeJS.ProcessEnv; timeLimitMs: number; progress: Progress },
): Promise<CommandOutcome> {
  const startedAtMs = Date.now();
  let packages = 0;
  const ticker = setInterval(() => {
    progress(`  ${packages} packages compiled, ${Math.round((Date.now() - startedAtMs) / 1000)} s ...`);
  }, PROGRESS_EVERY_MS);
  const outcome = await runCommand(file, args, {
    timeLimitMs,
    env: { ...env, ...CHECKED_MODULES },
    onLine: (line) => {
      if (!line.startsWith('go: ')) packages++;
    },
  });
  clearInterval(ticker);
  return outcome;
}
