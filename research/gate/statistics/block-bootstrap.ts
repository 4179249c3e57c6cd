import { seededRandom } from '../../../shared/random.js';
import type { Interval } from '../report.js';
import { quantileOf } from './quantile.js';
import { sumOf } from './total.js';

export interface BlockBootstrap {
  /** Neighbours that are drawn together. */
  readonly blockLength: number;
  readonly draws: number;
  readonly seed: number;
  /** One-sided level: 0.05 gives the 5 % and the 95 % bound. */
  readonly level: number;
}

/**
 * Circular block bootstrap of a mean (Politis and Romano, 1992): blocks of neighbours begin anywhere, go on at the beginning
 * where the series ends, and are drawn until they fill its length; percentiles of the means. Every value is drawn as often as
 * any other.
 * @throws RangeError for no values, or a block that is longer than the series
 */
export function circularBlockBootstrap(
  values: ArrayLike<number>,
  { blockLength, draws, seed, level }: BlockBootstrap,
): Interval {
  const n = values.length;
  if (n < 1 || blockLength < 1 || blockLength > n)
    throw new RangeError(`blocks of ${blockLength} cannot be drawn from ${n} values`);
  const random = seededRandom(seed);
  const means = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    for (let drawn = 0; drawn < n; drawn += blockLength) {
      const first = Math.floor(random() * n);
      const length = Math.min(blockLength, n - drawn);
      for (let i = 0; i < length; i++) sum += values[(first + i) % n]!;
    }
    means[draw] = sum / n;
  }
  means.sort();
  return { estimate: sumOf(values) / n, low: quantileOf(means, level), high: quantileOf(means, 1 - level) };
}
