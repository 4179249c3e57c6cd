import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 30_000;

/** Waits until a bridge that cannot start has ended by itself. @returns what it said, and its exit code */
export async function endOf(child: ChildProcess): Promise<{ code: number | null; said: string }> {
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += String(chunk);
  });
  const patience = new AbortController();
  const late = sleep(PATIENCE_MS, 'late' as const, patience).catch(() => 'late' as const);
  const end = await Promise.race([once(child, 'close'), late]);
  patience.abort();
  if (end === 'late') {
    child.kill('SIGKILL');
    assert.fail(`it runs on after ${PATIENCE_MS / 1000} s; it said: ${said}`);
  }
  return { code: end[0] as number | null, said };
}
