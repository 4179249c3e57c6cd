import { startShip } from '../cli/ship/start-ship.js';
import type { ShipResult } from '../shared/orchestration/ship/messages.js';
import type { BenchResult } from './bench-result.js';
import { orchestrationShare, type StageShare } from './orchestration-share.js';
import { withSetUp } from './setup/whole-set-up.js';

const SHIPS = 3;
const AIM_SECONDS = 5;

/**
 * Ships of the SYNTHETIC market from start to live, on the whole set-up: seconds per stage, and how much of it is
 * orchestration (what a bare script that calls the same steps in the same order would not need). The peer is the time
 * in which those steps themselves were running.
 */
export async function benchShip(log: (line: string) => void): Promise<BenchResult[]> {
  return await withSetUp({}, log, async (client) => {
    const ships: StageShare[][] = [];
    for (let n = 1; n <= SHIPS; n++) {
      const ship = await startShip(client, `ship/bench-${n}`, { recipe: n === 1 ? 'base' : 'improved' });
      const { outcome } = (await ship.result()) as ShipResult;
      log(`ship ${n} of ${SHIPS}: ${outcome}`);
      ships.push(orchestrationShare(await ship.fetchHistory()));
    }
    const median = middleShip(ships);
    for (const { stage, seconds, working, waiting, orchestration } of median) {
      const cells = [seconds, working, waiting, orchestration].map((value) => `${value.toFixed(2).padStart(8)} s`);
      log(`${stage.padEnd(13)}${cells.join('')}   (whole, working, waiting, orchestration)`);
    }
    return [resultOf(median)];
  });
}

function middleShip(ships: readonly StageShare[][]): StageShare[] {
  return [...ships].sort((a, b) => total(a, 'orchestration') - total(b, 'orchestration'))[
    Math.floor(ships.length / 2)
  ]!;
}

function resultOf(shares: readonly StageShare[]): BenchResult {
  const ours = total(shares, 'orchestration');
  const peer = total(shares, 'working');
  return {
    job: 'ship: orchestration of one ship',
    ours,
    peer,
    peerName: 'the same steps themselves',
    unit: 's',
    ratio: ours / peer,
    aim: `under ${AIM_SECONDS} s in all`,
  };
}

function total(shares: readonly StageShare[], part: Exclude<keyof StageShare, 'stage'>): number {
  return shares.reduce((sum, share) => sum + share[part], 0);
}
