import { z } from 'zod';

/** First line of a depth file (`dom_ib.jsonl`): what the lines below are about. Unknown fields are kept out. */
export const depthHeader = z.object({
  kind: z.literal('header'),
  v: z.literal(1).default(1),
  /** Where the stream comes from: `ib`, `synthetic`, ... */
  source: z.string().min(1).optional(),
  /** True for generated data: say SYNTHETIC wherever it is shown. */
  synthetic: z.boolean().optional(),
  instrument: z.string().min(1),
  exchange: z.string().min(1).optional(),
  /** Price of one tick, in points. */
  tickSize: z.number().positive(),
  /** Currency units of one point. */
  multiplier: z.number().positive(),
  /** Depth of the book that the operations address. */
  levels: z.number().int().min(1).max(64).default(10),
  /** Exchange trade date. */
  tradeDate: z.iso.date().optional(),
});
export type DepthHeader = Readonly<z.infer<typeof depthHeader>>;

/** True where the file says that it is generated. */
export function isSynthetic({ synthetic, source }: DepthHeader): boolean {
  return synthetic === true || source === 'synthetic';
}
