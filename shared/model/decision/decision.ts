import type { HeadOutput } from './edge.js';
import type { DecisionReason } from './policy.js';

/** What the heads made of one moment of the market. A function of the events up to it, and of the heads, alone. */
export interface Decision {
  /** Sequence number of the event after which the features were read. */
  readonly seq: number;
  /** Receive time of that event, ns since the epoch. */
  readonly tsRecvNs: bigint;
  /** Heads that were warm, in the order of their release. */
  readonly outputs: readonly HeadOutput[];
  /** Best ask minus best bid; NaN without a settled book. */
  readonly spreadTicks: number;
  /** Expected move of the mid. */
  readonly edgeTicks: number;
  /** Contracts to hold from now on: positive long. */
  readonly targetContracts: number;
  readonly reason: DecisionReason;
}
