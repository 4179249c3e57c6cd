import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const CHANGING = [
  'openSync',
  'writeFileSync',
  'writeSync',
  'fsyncSync',
  'fdatasyncSync',
  'ftruncateSync',
  'closeSync',
  'linkSync',
  'renameSync',
  'rmSync',
  'mkdirSync',
] as const;

type Name = (typeof CHANGING)[number];
type Call = (...args: unknown[]) => unknown;
const table = fs as unknown as Record<Name, Call>;

/** Puts `around` in the place of every file operation that changes something. @returns takes it away again */
function intercept(around: (name: Name, operation: () => unknown) => unknown): () => void {
  const originals = new Map<Name, Call>();
  for (const name of CHANGING) {
    const original = table[name];
    originals.set(name, original);
    table[name] = (...args) => around(name, () => original(...args));
  }
  syncBuiltinESMExports();
  return () => {
    for (const [name, original] of originals) table[name] = original;
    syncBuiltinESMExports();
  };
}

/** Kills this process with SIGKILL just before its n-th file operation; 0 for never. */
export function killBefore(n: number): void {
  let operations = 0;
  intercept((_name, operation) => {
    if (++operations === n) process.kill(process.pid, 'SIGKILL');
    return operation();
  });
}

/**
 * Does the work, but from the n-th file operation on nothing reaches the disk any more, clean-up included: what a SIGKILL
 * at that moment leaves behind, a hundred times faster than a process for each moment. Waiting for the disk is left out. What the
 * work makes of it does not count: the process would be gone.
 * @returns whether the work was cut off
 */
async function cutOffBefore(n: number, work: () => unknown): Promise<boolean> {
  let operations = 0;
  const restore = intercept((name, operation) => {
    const isCutOff = ++operations >= n;
    if (isCutOff && name === 'closeSync') operation(); // changes nothing on disk, and the test keeps no handles
    if (isCutOff) throw new Error('cut off');
    return name === 'fsyncSync' ? undefined : operation();
  });
  try {
    await work();
  } catch (error) {
    if (operations < n) throw error;
  } finally {
    restore();
  }
  return operations >= n;
}

/**
 * Does the work in a world of its own for each moment at which it can be cut off, first to last, and then `check`s that
 * world. @returns how many moments there are
 */
export async function atEveryMoment(
  work: (world: string) => unknown,
  newWorld: (moment: number) => string,
  check: (world: string, moment: number) => unknown,
): Promise<number> {
  for (let moment = 1; ; moment++) {
    const world = newWorld(moment);
    if (!(await cutOffBefore(moment, () => work(world)))) return moment - 1;
    await cutOffBefore(Number.POSITIVE_INFINITY, () => check(world, moment));
  }
}
