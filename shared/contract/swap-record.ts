import { z } from 'zod';
import { headName } from '../model/heads/head.js';
import { sha256Hex } from '../reference.js';

/**
 * One line of `broker/swaps.jsonl`, fsynced before the new heads are used. One line for each (shipId, payloadSha256). It tells;
 * which release trades is kept beside the pin.
 */
export const swapRecord = z.object({
  v: z.literal(1),
  shipId: z.string(),
  outcome: z.enum(['swapped', 'refused']),
  /** Why the old heads were kept; only where outcome is refused. */
  reason: z.string().optional(),
  marketTime: z.iso.datetime(),
  wallTime: z.iso.datetime(),
  modelVersion: z.number().int().positive(),
  counter: z.number().int().positive(),
  payloadSha256: sha256Hex,
  priorModelVersion: z.number().int().positive().nullable(),
  heads: z.array(z.object({ name: headName, onnxSha256: sha256Hex })),
  goldenRowsChecked: z.number().int().nonnegative(),
  /** Sequence number of the last event that the old heads saw; the next one is the new heads' first. */
  afterEventSeq: z.number().int().nonnegative(),
});
export type SwapRecord = Readonly<z.infer<typeof swapRecord>>;
