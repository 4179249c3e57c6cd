import { z } from 'zod';
import type { Instrument } from '../config/market.js';

/** What a release was trained for: any contract month of it, and nothing else. */
export const releaseProduct = z.strictObject({
  /** As IB writes it: every contract month has the same. */
  symbol: z.string().min(1).max(100),
  exchange: z.string().min(1).max(100),
  /** Points: what the features count in. */
  tickSize: z.number().positive(),
  /** Currency units a point; absent where it was not known. */
  multiplier: z.number().positive().optional(),
});
export type ReleaseProduct = Readonly<z.infer<typeof releaseProduct>>;

export function productOf({ symbol, exchange, tickSize, multiplier }: Instrument): ReleaseProduct {
  return { symbol, exchange, tickSize, multiplier };
}

/** Whether a release that was trained for `signed` may trade `wanted`. One that does not say may not. */
export function isSameProduct(signed: ReleaseProduct | undefined, wanted: ReleaseProduct): boolean {
  return (
    signed !== undefined &&
    signed.symbol === wanted.symbol &&
    signed.exchange === wanted.exchange &&
    signed.tickSize === wanted.tickSize &&
    (signed.multiplier === undefined || signed.multiplier === wanted.multiplier)
  );
}
