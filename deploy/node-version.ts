import { runCommand } from '../setup/run-command.js';

/** Version of the Node at a path, such as `24.21.0`; null where there is none that runs. */
export async function nodeVersionOf(program: string): Promise<string | null> {
  const { status, stdout } = await runCommand(program, ['--version'], { timeLimitMs: 20_000 });
  return status === 0 ? stdout.trim().replace(/^v/, '') : null;
}
