import type { Observation } from '../../activities/broker/contract.js';
import type { SignedRelease } from '../../activities/research/contract.js';
import { broker, research, researchOnce } from '../steps/activities.js';
import { settle } from '../steps/settle.js';
import { deliver } from './deliver.js';
import type { ShipLog } from './ship-log.js';

/**
 * A release that misbehaves is replaced at once by a new signed release, with a higher counter, that names the bytes of
 * the one before it. Where there is none before it, trading halts.
 */
export async function rollBack(log: ShipLog, faulty: SignedRelease, seen: Observation): Promise<void> {
  const { shipId } = log;
  const { faults, sighting } = seen;
  log.remark(`v${faulty.modelVersion} misbehaves: ${faults.join('; ')}.`);
  const rollback = await settle(
    () =>
      researchOnce.signRollback.executeWithOptions({ summary: 'sign the rollback' }, [
        { shipId, faulty, reasons: faults, sighting },
      ]),
    async () => null,
  );
  if (rollback === null) {
    await broker.haltTrading({
      shipId,
      reason: `v${faulty.modelVersion}: ${faults.join('; ')}; nothing to roll back to`,
    });
    return;
  }
  log.signed(rollback);
  const observed = await deliver(log, rollback, { atOpen: false, observeMarketSeconds: 0 });
  if (observed.healthy) await research.recordLive({ shipId, release: rollback, sighting: observed.sighting });
  else await broker.haltTrading({ shipId, reason: `the rollback misbehaves too: ${observed.faults.join('; ')}` });
}
