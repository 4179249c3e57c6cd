import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';

/** Nice value of the bridge on Linux where it may not run in real time; on Windows Node makes "above normal" of it. */
export const BRIDGE_NICE = os.constants.priority.PRIORITY_ABOVE_NORMAL;

/** Lowest of the real-time priorities of Linux: before every thread that has none. */
export const BRIDGE_REAL_TIME_PRIORITY = 1;

/** real-time: before all that is usual. raised: by nice value, or "above normal" on Windows. usual: this user may do neither. */
export type Precedence = 'real-time' | 'raised' | 'usual';

/**
 * The event loop goes before what else the machine does, and what V8 does in the background behind all of it: an event waits for the
 * processor no longer than it must, and so does whoever gets the order. To be called first: threads of a process that is running already
 * keep their nice value on Linux.
 */
export function goBeforeOthers(): Precedence {
  const isRaised = raiseNice();
  if (process.platform === 'linux') {
    letCompilersWait();
    if (runInRealTime()) return 'real-time';
  }
  return isRaised ? 'raised' : 'usual';
}

function raiseNice(): boolean {
  try {
    os.setPriority(BRIDGE_NICE);
    return true;
  } catch {
    return false;
  }
}

/** A nice value does not do: a thread that runs is left to run for its slice of some ms, whoever wakes up. */
const runInRealTime = (): boolean =>
  chrt('--reset-on-fork', '--rr', '--pid', String(BRIDGE_REAL_TIME_PRIORITY), String(process.pid));

/** Those that V8 compiles and marks in, as Node 24 names them: before, they have no name of their own, and stay as they are. */
function letCompilersWait(): void {
  const tasks = '/proc/self/task';
  try {
    for (const thread of readdirSync(tasks))
      if (readFileSync(`${tasks}/${thread}/comm`, 'utf8').trim() === 'V8Worker') chrt('--idle', '--pid', '0', thread);
  } catch {
    // There is no /proc, or one has just ended: they take part as before.
  }
}

/** Of util-linux, which every distribution has. @returns whether it was there, and allowed to */
const chrt = (...words: string[]): boolean => spawnSync('chrt', words, { stdio: 'ignore' }).status === 0;
