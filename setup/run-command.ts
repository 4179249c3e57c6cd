import { spawn } from 'node:child_process';

export interface CommandOutcome {
  /** Exit status; null where the command could not be started or was ended by the time limit. */
  status: number | null;
  stdout: string;
  stderr: string;
}

/** The last line of what a failed command said: usually the reason. */
export function lastLine(outcome: CommandOutcome): string {
  const lines = `${outcome.stdout}\n${outcome.stderr}`.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.at(-1)?.trim() ?? `no output, exit status ${outcome.status}`;
}

/** Runs a program to its end, without a shell and without stdin, and collects what it says. Never throws. */
export function runCommand(
  file: string,
  args: string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; timeLimitMs: number },
): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeLimitMs,
      windowsHide: true,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', (error) => resolve({ status: null, stdout, stderr: `${stderr}${error.message}` }));
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}
