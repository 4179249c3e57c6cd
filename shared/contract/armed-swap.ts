import { z } from 'zod';
import { sha256Hex } from '../reference.js';
import { traceparent } from './bridge-span.js';

/** `broker/armed/swap.json`: which verified release the bridge shall load, and from which market time on. */
export const armedSwap = z.object({
  v: z.literal(1),
  shipId: z.string().min(1),
  modelVersion: z.number().int().positive(),
  counter: z.number().int().positive(),
  payloadSha256: sha256Hex,
  /** File names inside `broker/releases/`. */
  tarball: z.string(),
  envelope: z.string(),
  /**
   * Market ms before which nothing happens. It can only delay: the bridge swaps at an RTH open by its own calendar, and at
   * once only where the signed statement says that it is a rollback.
   */
  notBeforeMarketMs: z.number(),
  /** To whose trace the swap belongs, where somebody wants one. What is no such thing is as good as none. */
  traceparent: traceparent.optional().catch(undefined),
});
export type ArmedSwap = Readonly<z.infer<typeof armedSwap>>;
