import { quantileOf } from '../../gate/statistics/quantile.js';

/** The middle value; the mean of the two middle ones. NaN of nothing. */
export function median(values: readonly number[] | Float64Array): number {
  return quantileOf(Float64Array.from(values).sort(), 0.5);
}

/** Median of the distances from a value. */
export function medianDistance(values: readonly number[] | Float64Array, from: number): number {
  return median(Float64Array.from(values, (value) => Math.abs(value - from)));
}
