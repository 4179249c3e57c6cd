import { ActivityFailure, TimeoutFailure } from '@temporalio/workflow';
import type { Observation } from '../activities/broker/contract.js';
import type { SignedRelease } from '../activities/research/contract.js';
import {
  orderInput,
  type RollbackInput,
  type ShipResult,
  UNSIGNED_ORDER,
} from '../shared/orchestration/ship/messages.js';
import { deliver } from './ship/deliver.js';
import type { ShipLog } from './ship/ship-log.js';
import { underLog } from './ship/under-log.js';
import { broker, research, researchAtOnce, researchOnce } from './steps/activities.js';
import { finalFailure } from './steps/refusal.js';
import { settle } from './steps/settle.js';

/**
 * Brings the bytes of an older release back because operators want them: signed under a higher counter, pushed, verified
 * and swapped in at once. Its one argument is their signed order; who starts it decides nothing.
 */
export async function rollBackModel(order: RollbackInput): Promise<ShipResult> {
  const asked = orderInput.safeParse(order);
  if (!asked.success) throw finalFailure('OrderRefused', UNSIGNED_ORDER);
  return await underLog((log) => bringBack(log, asked.data));
}

async function bringBack(log: ShipLog, order: RollbackInput): Promise<ShipResult> {
  const { shipId } = log;
  log.enter('Queued');
  await takeFreeLane(shipId);
  log.enter('Signing');
  const release = await settle(
    () =>
      researchOnce.signOrderedRollback.executeWithOptions({ summary: 'sign the rollback that operators ordered' }, [
        { shipId, order },
      ]),
    async () => null,
  );
  log.signed(release);
  const observed = await deliver(log, release, { atOpen: false, observeMarketSeconds: 0 });
  // The bridge has swapped to it, whatever was seen since: the next candidate is compared with it.
  await research.recordLive({ shipId, release, sighting: observed.sighting });
  if (!observed.healthy) await haltOver(log, release, observed);
  await research.leaveLane({ shipId });
  return log.close('Live');
}

/** A ship past the gate has its own release on the way: which of both shall trade, a person decides first. */
async function takeFreeLane(shipId: string): Promise<void> {
  try {
    await researchAtOnce.takeLane.executeWithOptions({ summary: 'no ship is past the gate' }, [{ shipId }]);
  } catch (failure) {
    if (!(failure instanceof ActivityFailure && failure.cause instanceof TimeoutFailure)) throw failure;
    throw finalFailure(
      'LaneTaken',
      'a ship is past the gate, and its release may be armed. Abort it first: believe ship abort. Then sign the order anew',
    );
  }
}

async function haltOver(log: ShipLog, { modelVersion }: SignedRelease, { faults }: Observation): Promise<void> {
  const why = `v${modelVersion} trades by order, and was seen to misbehave: ${faults.join('; ')}`;
  log.remark(`${why}. Trading is halted.`);
  await broker.haltTrading({ shipId: log.shipId, reason: why });
}
