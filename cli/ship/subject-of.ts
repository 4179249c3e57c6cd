import { Failure } from '../../shared/failure.js';
import type { ShipProgress, ToDecide } from '../../shared/orchestration/ship/messages.js';
import type { ShipHandle } from './find-ship.js';

/** What an approval of this held ship signs. @throws Failure 'NotHeld' */
export async function subjectOf(ship: ShipHandle): Promise<ToDecide> {
  const { stage, toDecide } = await ship.query<ShipProgress, []>('progress');
  if (toDecide) return toDecide;
  throw new Failure('NotHeld', `${ship.workflowId} is not held: it is ${stage}`, 'see `believe ship status`');
}
