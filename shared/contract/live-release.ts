import { z } from 'zod';
import { swapRecord } from './swap-record.js';

export const liveRelease = z.strictObject({
  v: z.literal(1),
  epoch: z.number().int().positive(),
  /** Its line of swaps.jsonl. */
  swap: swapRecord,
});
export type LiveRelease = Readonly<z.infer<typeof liveRelease>>;

/** Place in the order of all releases. */
export function placeOf({ epoch, swap }: LiveRelease): { epoch: number; counter: number } {
  return { epoch, counter: swap.counter };
}
