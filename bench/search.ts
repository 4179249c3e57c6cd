import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from '../cli/up/launch.js';
import { prepareTools } from '../cli/up/up.js';
import { loadConfig } from '../shared/node/config/load-config.js';
import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';
import { Stack } from '../stack/stack.js';
import type { searchRecipe } from '../workflows/index.js';
import { type BenchResult, median } from './bench-result.js';

const ROUNDS = 3;
const TRIES = 8;
const HEAD = 'XGB_5m';
const SETTLE_MS = 3000;

/**
 * The same search of recipes, of one head of the SYNTHETIC market, by one research worker and by two, in turns. What a second
 * worker brings depends on the cores that the first has left.
 */
export async function benchSearch(log: (line: string) => void): Promise<BenchResult[]> {
  const home = mkdtempSync(path.join(tmpdir(), 'believe-bench-'));
  // Two of them cannot have one port.
  const settings = { schedule: { enabled: false }, public: { enabled: false }, metrics: { researchPort: 0 } };
  const config = { ...loadConfig({ overrides: { clock: { kind: 'replay', speed: 30 }, ...settings } }), home };
  const stack = new Stack(config, await prepareTools(config, log), {
    starting: log,
    restarted: log,
    lost: (failure) => log(failure.message),
  });
  try {
    const { client } = await launch({ config, inputGiven: true, operatorName: 'bench' }, stack, () => {});
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
  } finally {
    await stack.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
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
