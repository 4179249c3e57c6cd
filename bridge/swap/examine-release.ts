import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Failure } from '../../shared/failure.js';
import { failureType } from '../../shared/fields/failure-type.js';
import type { ReleaseAsk } from './prepare-release.js';

/** What the examining process says at its end; nothing where it came to none. */
export const examination = z.union([
  z.strictObject({ ok: z.literal(true) }),
  z.strictObject({ ok: z.literal(false), type: failureType, message: z.string(), fix: z.string().optional() }),
]);

const PROCESS = fileURLToPath(new URL('./examining-process.js', import.meta.url));
const ANSWER_BYTES_MAX = 64 * 1024;

/**
 * Verifies, loads, warms and compares the golden rows in a process of its own, before this one does: what hangs or dies
 * over a graph is that process, and this one trades on.
 * @throws the Failure by which the release is refused; ReleaseHangs, ReleaseCrashes
 */
export async function examineRelease(ask: ReleaseAsk, withinMs: number): Promise<void> {
  const child = spawn(process.execPath, ['--no-warnings', PROCESS], { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = endOf(child);
  // A bridge that stops does not wait for it: it ends with its standard input.
  for (const held of [child, child.stdin as Socket, child.stdout as Socket]) held.unref();
  child.stdin!.on('error', () => {});
  child.stdin!.write(`${JSON.stringify({ ...ask, withinMs })}\n`);
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, withinMs).unref();
  const begunMs = performance.now();
  const { text, how } = await ended.finally(() => clearTimeout(late));
  const answer = parseAnswer(text);
  if (answer?.ok) return;
  if (answer) throw new Failure(answer.type, answer.message, answer.fix);
  const seconds = ((performance.now() - begunMs) / 1000).toFixed(1);
  throw new Failure(
    isLate ? 'ReleaseHangs' : 'ReleaseCrashes',
    isLate
      ? `loading the release and its golden rows took longer than ${withinMs / 1000} s, and was ended`
      : `a process that loaded the release ended after ${seconds} s without an answer (${how})`,
    'keep the old release; look at the graphs of this one on a machine that does not trade',
  );
}

function endOf(child: ChildProcess): Promise<{ readonly text: string; readonly how: string }> {
  let text = '';
  child.stdout!.on('data', (bytes: Buffer) => {
    if (text.length < ANSWER_BYTES_MAX) text += bytes.toString('utf8');
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ text: '', how: error.message }));
    child.once('close', (code, signal) => resolve({ text, how: signal ?? `exit code ${code}` }));
  });
}

function parseAnswer(text: string): z.infer<typeof examination> | null {
  try {
    return examination.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
