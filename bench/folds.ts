import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder } from '../setup/cache-folder.mjs';
import { findOnPath } from '../setup/find-on-path.js';
import { type BenchResult, median } from './bench-result.js';
import { FoldHosts } from './folds/fold-hosts.js';
import { Hosts } from './shared-store/hosts.js';

const ROUNDS = 3;
/** Of boosting: each fold takes seconds. */
const BOOSTING_ROUNDS = 600;
const BAR_DAYS = 120;

/**
 * The folds of one ship, of one head of a SYNTHETIC market, scored by the ship's host alone and shared with a second one, in turns: network
 * namespaces of this machine with a core each. The Temporal server, the bucket's and the orchestrator take their part of the same cores.
 */
export async function benchFolds(log: (line: string) => void): Promise<BenchResult[]> {
  const why = (await Hosts.whyNot()) ?? ((await findOnPath('taskset')) === undefined ? 'taskset is missing' : null);
  if (why !== null) throw new Error(`two hosts cannot be made here: ${why}`);
  mkdirSync(path.join(cacheFolder(), 'bench'), { recursive: true });
  const work = mkdtempSync(path.join(cacheFolder(), 'bench', 'folds-'));
  const set = await FoldHosts.make(work, BOOSTING_ROUNDS, BAR_DAYS);
  try {
    const seconds: Record<'one' | 'two', number[]> = { one: [], two: [] };
    for (let round = 0; round < ROUNDS; round++)
      for (const kind of ['one', 'two'] as const) {
        const shareFolds = kind === 'two';
        const workers = [
          set.worker('one', 'research', { shareFolds }),
          ...(shareFolds ? [set.worker('other', 'folds')] : []),
        ];
        const name = `${kind}-${round}`;
        set.startShip(name);
        await set.judged(name);
        await Promise.all(workers.map(gone));
        seconds[kind].push(set.foldSeconds(name));
        log(`round ${round + 1}/${ROUNDS}, ${kind}: ${seconds[kind].at(-1)!.toFixed(1)} s`);
      }
    const [ours, peer] = [median(seconds.two), median(seconds.one)];
    return [
      {
        ...{ job: 'folds of a ship, two research hosts', ours, peer, peerName: 'one of them', unit: 's' },
        ...{ ratio: ours / peer, aim: 'towards 0.5 with cores of their own' },
      },
    ];
  } finally {
    await set.end();
    rmSync(work, { recursive: true, force: true });
  }
}

async function gone(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exit;
}
