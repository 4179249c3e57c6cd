import { spawn } from 'node:child_process';

export interface RsyncRun {
  /** The rsync program. */
  readonly program: string;
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly signal?: AbortSignal | undefined;
  /** Called twice a second while it runs; what it throws ends the run. */
  readonly watch?: () => void;
  readonly onStdout?: (text: string) => void;
}

const WATCH_EVERY_MS = 500;
const KILL_AFTER_MS = 5_000;
const SAID_CHARACTERS_MAX = 4_000;

/**
 * Runs an rsync client to its end.
 * @returns its exit code, null when it could not be started or was ended by a signal; and what it said on stderr
 * @throws what `watch` threw; the signal's reason when aborted
 */
export async function runRsync(run: RsyncRun): Promise<{ exitCode: number | null; said: string }> {
  run.signal?.throwIfAborted();
  // MSYS2 would translate the arguments that look like POSIX paths once more.
  const env = { ...process.env, LC_ALL: 'C', MSYS2_ARG_CONV_EXCL: '*' };
  const child = spawn(run.program, run.args, { env, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, SAID_CHARACTERS_MAX);
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => run.onStdout?.(text));
  // It may end before it has read all; its exit code says why.
  child.stdin.on('error', () => {});
  child.stdin.end(run.stdin ?? '');
  let ended: unknown;
  let killTimer: NodeJS.Timeout | undefined;
  const end = (why: unknown) => {
    ended ??= why;
    child.kill('SIGTERM');
    killTimer ??= setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  };
  const onAbort = () => end(run.signal?.reason);
  run.signal?.addEventListener('abort', onAbort, { once: true });
  const poll = setInterval(() => {
    try {
      run.watch?.();
    } catch (error) {
      end(error);
    }
  }, WATCH_EVERY_MS);
  const exitCode = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      said = error.message;
      resolve(null);
    });
    child.once('close', (code) => resolve(code));
  });
  clearInterval(poll);
  clearTimeout(killTimer);
  run.signal?.removeEventListener('abort', onAbort);
  if (ended !== undefined) throw ended;
  return { exitCode, said };
}
