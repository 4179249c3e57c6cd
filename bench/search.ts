import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';
import type { searchRecipe } from '../workflows/index.js';
import { type BenchResult, median } from './bench-result.js';
import { withSetUp } from './setup/whole-set-up.js';

const ROUNDS = 3;
const TRIES = 8;
const HEAD = 'XGB_5m';
const SETTLE_MS = 3000;

/**
 * The same search of recipes, of one head of the SYNTHETIC market, by one research worker and by two, in turns. What a second
 * worker brings depends on the cores that the first has left.
 */
export async function benchSearch(log: (line: string) => void): Promise<BenchResult[]> {
  // Two of them cannot have one port.
  const settings = { public: { enabled: false }, metrics: { researchPort: 0 } };
  return await withSetUp(settings, log, async (client, home) => {
    const search = async (id: string): Promise<number> => {
      const startMs = performance.now();
      const run = await client.workflow.start<typeof searchRecipe>('searchRecipe', {
        ...{ workflowId: `search/${id}`, taskQueue: TASK_QUEUES.workflows },
        args: [{ head: HEAD, tries: TRIES, seed: 1, requestedBy: 'bench' }],
      });
      await run.result();
      return (performance.now() - startMs) / 1000;
    };
    await search('warm-up');
    const [one, two]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      one.push(await search(`one-${round}`));
      const second = await secondWorker(home);
      try {
        two.push(await search(`two-${round}`));
      } finally {
        await ended(second);
      }
      log(`round ${round + 1}/${ROUNDS}: one worker ${one.at(-1)!.toFixed(1)} s, two ${two.at(-1)!.toFixed(1)} s`);
    }
    const [ours, peer] = [median(two), median(one)];
    return [
      {
        job: `search: ${TRIES} recipes of ${HEAD}, two research workers`,
        ...{ ours, peer, peerName: 'one worker', unit: 's', ratio: ours / peer },
        aim: 'towards 0.5 with cores to spare',
      },
    ];
  });
}

async function secondWorker(home: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('../workers/research.js', import.meta.url));
  const child = spawn(process.execPath, [program, '--home', home], { stdio: ['ignore', 'ignore', 'inherit'] });
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error('the second worker has ended by itself');
  const gone = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await gone;
}
