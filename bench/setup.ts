import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { homePlaces } from '../shared/config/home-places.js';
import { type SwapRecord, swapRecord } from '../shared/contract/swap-record.js';
import { UsageFailure } from '../shared/failure.js';
import type { BenchResult } from './bench-result.js';
import { processTree } from './setup/process-tree.js';

/** What the default set-up may cost, with all rooms that are to come. */
const BUDGET = { firstLiveSeconds: 120, memoryMib: 1536, coreShare: 0.15 } as const;
/** Ships that follow the first one are over by then. */
const SETTLE_SECONDS = 90;
const IDLE_SECONDS = 60;
const FIRST_LIVE_SECONDS_MAX = 600;

/**
 * The default set-up in a new home folder, as `npm start` runs it once all is installed: seconds from the command to the
 * first release that is live; then, with no ship under way, memory and processor share of all its processes.
 */
export async function benchSetup(log: (line: string) => void): Promise<BenchResult[]> {
  if (process.platform !== 'linux')
    throw new UsageFailure('the bench of the set-up reads /proc, which only Linux has', 'run it on Linux');
  const home = mkdtempSync(path.join(tmpdir(), 'believe-bench-'));
  const startedMs = performance.now();
  const up = start(home);
  try {
    await firstLive(home, up, startedMs);
    const seconds = (performance.now() - startedMs) / 1000;
    log(`first release live after ${seconds.toFixed(1)} s; idle from ${SETTLE_SECONDS} s on, for ${IDLE_SECONDS} s`);
    await sleep(SETTLE_SECONDS * 1000);
    const idle = await measureIdle(up.pid!);
    for (const { name, memoryMib, coreShare } of idle)
      log(
        `${name.padEnd(28)}${memoryMib.toFixed(0).padStart(6)} MiB${(coreShare * 100).toFixed(1).padStart(7)} % of a core`,
      );
    const sum = (of: 'memoryMib' | 'coreShare') => idle.reduce((all, one) => all + one[of], 0);
    return [
      resultOf('from command to first live release', seconds, BUDGET.firstLiveSeconds, 's'),
      resultOf('memory of all processes, idle', sum('memoryMib'), BUDGET.memoryMib, 'MiB'),
      resultOf('processor share of all processes, idle', 100 * sum('coreShare'), 100 * BUDGET.coreShare, '% of a core'),
    ];
  } finally {
    await stop(up);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

function start(home: string): ChildProcess {
  const main = fileURLToPath(new URL('../cli/main.js', import.meta.url));
  return spawn(process.execPath, [main, 'up', '--home', home, '--approve', 'bench', '--by', 'bench'], {
    stdio: 'ignore',
    env: { ...process.env, CI: 'true' },
  });
}

/** @throws Error where the set-up ends, or no release is live in time */
async function firstLive(home: string, up: ChildProcess, startedMs: number): Promise<void> {
  while (!swapsIn(home).some(({ outcome }) => outcome === 'swapped')) {
    if (up.exitCode !== null) throw new Error(`the set-up ended with ${up.exitCode}: run npm start`);
    if (performance.now() - startedMs > FIRST_LIVE_SECONDS_MAX * 1000)
      throw new Error(`no release was live after ${FIRST_LIVE_SECONDS_MAX} s: run npm start`);
    await sleep(100);
  }
}

function swapsIn(home: string): SwapRecord[] {
  const file = homePlaces(home).broker.swaps;
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => swapRecord.parse(JSON.parse(line)));
}

/** Of each process that was there all the time. */
async function measureIdle(root: number) {
  const before = new Map(processTree(root).map(({ pid, cpuSeconds }) => [pid, cpuSeconds]));
  const sinceMs = performance.now();
  await sleep(IDLE_SECONDS * 1000);
  const seconds = (performance.now() - sinceMs) / 1000;
  return processTree(root).flatMap(({ pid, name, memoryMib, cpuSeconds }) => {
    const earlier = before.get(pid);
    return earlier === undefined ? [] : [{ name, memoryMib, coreShare: (cpuSeconds - earlier) / seconds }];
  });
}

async function stop(up: ChildProcess): Promise<void> {
  if (up.exitCode !== null) return;
  const ended = new Promise((resolve) => up.once('exit', resolve));
  up.kill('SIGINT');
  await ended;
}

function resultOf(job: string, ours: number, budget: number, unit: string): BenchResult {
  return {
    job: `setup: ${job}`,
    ours,
    peer: budget,
    peerName: 'the budget',
    unit,
    ratio: ours / budget,
    aim: '<= 1',
  };
}
