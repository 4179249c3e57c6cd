import { z } from 'zod';
import { instrument, positive, side } from './fields.js';

/** What people, other programs and the broker do to the account. */
export const handActions = [
  z.strictObject({
    do: z.literal('manualOrder'),
    side,
    quantity: positive,
    limitPrice: z.number().positive(),
    instrument,
  }),
  /** A market order by hand, filled at once. */
  z.strictObject({ do: z.literal('manualTrade'), side, quantity: positive, instrument }),
  /** Another API client's order; at the market without a limit. */
  z.strictObject({
    do: z.literal('otherClientOrder'),
    clientId: z.number().int().nonnegative(),
    side,
    quantity: positive,
    limitPrice: z.number().positive().optional(),
    instrument,
  }),
  /** Somebody cancels a client's order in TWS. */
  z.strictObject({ do: z.literal('cancelByHand'), permId: z.union([positive, z.literal('newest')]).default('newest') }),
  /** Somebody closes every position at the market in TWS, and where said cancels every order before. */
  z.strictObject({ do: z.literal('closeByHand'), cancelOrders: z.boolean().default(false) }),
  /** The position changes without an execution of any client's order. */
  z.strictObject({
    do: z.literal('adjustPosition'),
    /** Contracts added, negative for taken away; without it the whole position goes. */
    quantity: z.number().int().optional(),
    reason: z.enum(['liquidation', 'settlement', 'expiry', 'transfer']).default('settlement'),
    /** Whether those who watch positions hear of it at once. */
    told: z.boolean().default(true),
    /** An execution of the broker's own stands for it; by default for a liquidation only. */
    execution: z.boolean().optional(),
    instrument,
  }),
] as const;
