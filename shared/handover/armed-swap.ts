import { z } from 'zod';
import { sha256Hex } from '../reference.js';

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
  /** Market time of the RTH open, ms since the epoch: the swap happens at the first event boundary at or after it. */
  notBeforeMarketMs: z.number(),
});
export type ArmedSwap = Readonly<z.infer<typeof armedSwap>>;
