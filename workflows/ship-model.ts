import { hadRthInLastDay } from '../shared/market/calendar/cme-calendar.js';
import { type ShipInput, type ShipResult, shipInput } from '../shared/orchestration/ship/messages.js';
import { DecisionDesk } from './ship/decision-desk.js';
import { deliver } from './ship/deliver.js';
import { gate } from './ship/gate.js';
import { retrain } from './ship/retrain.js';
import { rollBack } from './ship/roll-back.js';
import type { ShipLog } from './ship/ship-log.js';
import { sign } from './ship/sign.js';
import { underLog } from './ship/under-log.js';
import { research, researchPatient } from './steps/activities.js';
import { invalidInput } from './steps/refusal.js';

/**
 * Carries one model from the training set to the bridge: retrain, gate, (hold), sign, push, verify, wait for the RTH
 * open, swap, observe. Only one ship at a time is past the gate: a second waits in the lane, and is gated again when
 * the release it was compared with is no longer the one that trades.
 */
export async function shipModel(input: ShipInput = {}): Promise<ShipResult> {
  const request = shipInput.safeParse(input ?? {});
  if (!request.success) throw invalidInput(request.error, '{"recipe":"base","requestedBy":"your name"}');
  return await underLog((log) => ship(log, request.data));
}

/** Opening a ship may wait for a captured day to come home, a week at most (`input.waitHours`). */
const WAITS_FOR_DAYS = { startToCloseTimeout: '8 days' } as const;

async function ship(log: ShipLog, request: Parameters<typeof research.openShip>[0]['request']) {
  const { shipId } = log;
  const desk = new DecisionDesk(log);
  log.enter('Retraining');
  if (request.skipHolidays && !hadRthInLastDay(Date.now())) return log.close('Skipped');
  const plan = await research.openShip.executeWithOptions(WAITS_FOR_DAYS, [{ shipId, request }]);
  log.open(plan);
  const candidate = await retrain(log, plan);
  for (;;) {
    const verdict = await gate(log, candidate);
    const decision = verdict.verdict === 'hold' ? await desk.wait(plan, verdict) : null;
    if (decision?.verdict === 'reject') return log.close('Rejected');

    log.enter('Queued');
    const lane = await researchPatient.takeLane({ shipId });
    if (lane.priorVersion !== verdict.priorVersion) {
      await research.leaveLane({ shipId });
      continue;
    }
    const release = await sign(log, { shipId, candidate, gate: verdict, trainingSet: candidate.trainingSet, decision });
    const observed = await deliver(log, release, { atOpen: true, observeMarketSeconds: plan.observeMarketSeconds });
    if (observed.healthy) await research.recordLive({ shipId, release, sighting: observed.sighting });
    else await rollBack(log, release, observed);
    await research.leaveLane({ shipId });
    return log.close(observed.healthy ? 'Live' : 'RolledBack');
  }
}
