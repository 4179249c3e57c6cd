import { z } from 'zod';
import { clientId, ms, positive, times } from './fields.js';
import { ODD_DEPTHS, ODD_POSITIONS, ODD_QUOTES, ODD_TRADES } from './odd-kinds.js';

const stream = z.enum(['depth', 'trades', 'quotes', 'all']).default('all');

/** What goes wrong with market data and positions. */
export const dataActions = [
  z.strictObject({ do: z.literal('depthReset'), clientId }),
  z.strictObject({ do: z.literal('depthHalt'), clientId }),
  /** The next requests for depth are refused. */
  z.strictObject({ do: z.literal('refuseDepth'), code: positive.default(10092), text: z.string().optional(), times }),
  /** What is subscribed now falls silent without an error; a new subscription is served, unless it `persists`. */
  z.strictObject({
    do: z.literal('silence'),
    clientId,
    stream,
    forMs: ms.optional(),
    persists: z.boolean().default(false),
  }),
  /** The books are sent anew (317) unless said otherwise. */
  z.strictObject({ do: z.literal('unsilence'), clientId, stream, resets: z.boolean().default(true) }),
  /** The next messages of every subscription carry one odd value. */
  z.strictObject({ do: z.literal('oddDepth'), clientId, kind: z.enum(ODD_DEPTHS), times }),
  z.strictObject({ do: z.literal('oddTrade'), clientId, kind: z.enum(ODD_TRADES), times }),
  z.strictObject({ do: z.literal('oddQuote'), clientId, kind: z.enum(ODD_QUOTES), times }),
  /** The next fills show in positions only so much later, also to who asks. */
  z.strictObject({ do: z.literal('positionsLate'), ms: ms.default(1500), times }),
  z.strictObject({ do: z.literal('oddPosition'), kind: z.enum(ODD_POSITIONS), times }),
] as const;
