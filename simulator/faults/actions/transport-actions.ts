import { z } from 'zod';
import { REQUEST_NAMES } from '../../wire/decode-request.js';
import { clientId, ms, positive, times } from './fields.js';

/** What goes wrong with sockets, and with the gateway behind them. */
export const transportActions = [
  z.strictObject({ do: z.literal('splitSegments'), clientId, bytes: positive, forMs: ms.default(1000) }),
  z.strictObject({ do: z.literal('mergeSegments'), clientId, holdMs: ms.default(50), forMs: ms.default(1000) }),
  z.strictObject({ do: z.literal('reset'), clientId }),
  z.strictObject({ do: z.literal('close'), clientId }),
  z.strictObject({ do: z.literal('hang'), clientId, forMs: ms.optional() }),
  /** Ends a hang, a split or a merge. */
  z.strictObject({ do: z.literal('resume'), clientId }),
  z.strictObject({ do: z.literal('message'), clientId, fields: z.array(z.union([z.string(), z.number()])).min(1) }),
  z.strictObject({ do: z.literal('idsBackwards'), by: positive }),
  /** The next clients that connect get their first order id so much later than everything else. */
  z.strictObject({ do: z.literal('lateNextValidId'), ms: ms.default(1000), times }),
  /** The next requests of this name, such as cancelOrder, are neither done nor answered, but for the first `skip`. */
  z.strictObject({
    do: z.literal('ignoreRequest'),
    request: z.enum(REQUEST_NAMES),
    skip: z.number().int().nonnegative().default(0),
    times,
  }),
  /** The nightly restart. */
  z.strictObject({
    do: z.literal('restart'),
    downMs: ms.default(500),
    idsBackBy: z.number().int().nonnegative().default(0),
    /** So many newest orders without a fill never reached the exchange. */
    loseOrders: z.number().int().nonnegative().default(0),
  }),
] as const;
