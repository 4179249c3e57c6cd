import { CancellationScope, isCancellation, patched, workflowInfo } from '@temporalio/workflow';
import type { SignedRelease } from '../../activities/research/contract.js';
import type { ShipResult } from '../../shared/orchestration/ship/messages.js';
import { runIdentityOf } from '../../shared/orchestration/ship/ship-id.js';
import { broker, research } from '../steps/activities.js';
import { refusalIn } from '../steps/refusal.js';
import { ShipLog } from './ship-log.js';

/** What a ship or a rollback does, told by its log; whatever stops it, nothing of it is left lying about. */
export async function underLog(work: (log: ShipLog) => Promise<ShipResult>): Promise<ShipResult> {
  const log = new ShipLog(runIdentityOf(workflowInfo()));
  try {
    return await work(log);
  } catch (failure) {
    await CancellationScope.nonCancellable(() => clearAway(log, failure));
    throw refusalIn(failure) ?? failure;
  }
}

/** What was signed and did not come into use is never loaded: the signer says so, and the broker takes it down. */
async function revoke(log: ShipLog, { modelVersion }: SignedRelease): Promise<void> {
  const { shipId } = log;
  const reason = `the ship ended before the bridge used v${modelVersion}`;
  try {
    await research.revokeRelease.executeWithOptions({ summary: `revoke v${modelVersion}` }, [{ shipId, reason }]);
    if (!log.isAtBroker) return;
    await broker.pullRevocations.executeWithOptions({ summary: `broker takes down v${modelVersion}` }, [{ shipId }]);
  } catch (failure) {
    log.remark(`v${modelVersion} could not be revoked: ${log.sentenceOf(failure)}.`);
  }
}

/** Whatever stopped the ship: nothing stays armed, what trades is on record, the lane is free, the stage says how it ended. */
async function clearAway(log: ShipLog, failure: unknown): Promise<void> {
  await log.disarm();
  const release = log.trading();
  if (release) {
    await research.recordLive({ shipId: log.shipId, release, sighting: log.sighting });
    log.remark(
      `The bridge had already swapped: v${release.modelVersion} trades. To stop it: believe bridge halt, or ship another model.`,
    );
  }
  await research.leaveLane({ shipId: log.shipId });
  if (log.release && !release && patched('revocations')) await revoke(log, log.release);
  if (isCancellation(failure)) log.end('Aborted', 'aborted by an operator');
  else if (refusalIn(failure)) log.end('Refused', refusalIn(failure)?.message ?? '');
  else log.end('Failed', log.sentenceOf(failure));
}
