import assert from 'node:assert/strict';

/** Equal up to a relative error (absolute where 0 is expected). */
export function close(actual: number, expected: number, relativeError: number): void {
  const allowed = relativeError * (Math.abs(expected) || 1);
  assert.ok(Math.abs(actual - expected) <= allowed, `${actual} is not ${expected} (allowed difference ${allowed})`);
}
