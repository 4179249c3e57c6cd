import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface CommandOutcome {
  /** Exit status; null where the program could not be started or was ended by the time limit. */
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, without a shell and without stdin, and collects what it says. Never throws. */
export function runCommand(
  file: string,
  args: readonly string[],
  options: { timeLimitMs: number; env?: NodeJS.ProcessEnv; signal?: AbortSignal; onLine?: (line: string) => void },
): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      env: options.env ?? process.env,
      signal: options.signal,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    // Not spawn's own time limit: its timer goes on, and keeps this process, after a program that could not be started.
    const limit = setTimeout(() => child.kill('SIGKILL'), options.timeLimitMs);
    const outcome: CommandOutcome = { status: null, stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      createInterface({ input: child[name] }).on('line', (line) => {
        outcome[name] += `${line}\n`;
        options.onLine?.(line);
      });
    }
    const end = (status: number | null) => {
      clearTimeout(limit);
      resolve({ ...outcome, status });
    };
    child.on('error', (error) => {
      outcome.stderr += `${error.message}\n`;
      if (child.pid === undefined) end(null);
    });
    child.on('close', end);
  });
}

/** The last line of what a failed command said: usually the reason. */
export function lastLine(outcome: CommandOutcome): string {
  const lines = `${outcome.stdout}${outcome.stderr}`.split('\n').filter((line) => line.trim() !== '');
  return lines.at(-1)?.trim() ?? `it ended with status ${outcome.status} and said nothing`;
}
