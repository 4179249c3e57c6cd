import type { Ensemble } from './ensemble.js';

/** Why a target is what it is. */
export type DecisionReason =
  | 'enter' // the edge pays for the costs
  | 'turn' // the edge pays for the costs, in the other direction
  | 'keep' // in a position, and the edge still has its sign
  | 'leave' // in a position, and the edge is gone
  | 'no-edge' // flat, and the edge does not pay for the costs
  | 'wide-spread' // flat, the edge would pay, but the spread is wider than allowed
  | 'no-head' // no head is warm: nothing is known
  | 'no-book'; // the book was not settled for a whole second: nothing is known

export interface Target {
  /** Contracts to hold: positive long. */
  readonly positionContracts: number;
  readonly reason: DecisionReason;
}

/**
 * Expected edge -> position to hold, with costs and hysteresis.
 * @param edgeTicks expected move of the mid, ticks
 * @param heldContracts the last target
 */
export function decideTarget(
  edgeTicks: number,
  spreadTicks: number,
  heldContracts: number,
  { policy }: Ensemble,
): Target {
  const costTicks = policy.spreadShare * spreadTicks + 2 * policy.feeTicks;
  const direction = Math.sign(edgeTicks);
  const held = Math.sign(heldContracts);
  const pays = direction !== 0 && Math.abs(edgeTicks) - costTicks >= policy.entryEdgeTicks;
  const isNarrow = spreadTicks <= policy.maxSpreadTicks;
  if (pays && isNarrow && direction !== held)
    return { positionContracts: direction * policy.maxPositionContracts, reason: held === 0 ? 'enter' : 'turn' };
  if (held === 0) return { positionContracts: 0, reason: pays && !isNarrow ? 'wide-spread' : 'no-edge' };
  if (edgeTicks * held < policy.exitEdgeTicks) return { positionContracts: 0, reason: 'leave' };
  // A new release may allow less than is held.
  return { positionContracts: held * Math.min(Math.abs(heldContracts), policy.maxPositionContracts), reason: 'keep' };
}
