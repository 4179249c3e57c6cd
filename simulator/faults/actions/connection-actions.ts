import { z } from 'zod';
import { clientId, ms, positive } from './fields.js';

const restored = z.union([z.literal(1101), z.literal(1102)]).default(1102);

/** What goes wrong between the gateway and IB, and with IB's farms. */
export const connectionActions = [
  z.strictObject({
    do: z.literal('connectivityLost'),
    restore: restored,
    /** Time until it is restored; without it, a `connectivityRestored` has to come. */
    afterMs: ms.optional(),
    /** What becomes of order reports meanwhile. */
    reports: z.enum(['deliver', 'hold', 'lose']).default('lose'),
  }),
  z.strictObject({ do: z.literal('connectivityRestored'), code: restored }),
  z.strictObject({
    do: z.literal('notice'),
    clientId,
    code: positive,
    id: z.number().int().default(-1),
    text: z.string().optional(),
    /** No market data for this long, or until an `unmute`. */
    muteMs: z.union([ms, z.literal('until-unmute')]).optional(),
    /** Code of the notice that says it is over. */
    thenCode: positive.optional(),
  }),
  z.strictObject({ do: z.literal('unmute'), clientId, thenCode: positive.optional() }),
] as const;
