import { studentTCdf, studentTQuantile } from './student-t.js';
import { sampleVariance, sumOf } from './total.js';

/** What was seen of a normal quantity. */
export interface Seen {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
}

/** @param deviationLeast those that were closer together were so by luck */
export function seenOf(values: readonly number[], deviationLeast: number): Seen {
  const deviation = Math.max(deviationLeast, Math.sqrt(sampleVariance(values)));
  return { count: values.length, mean: sumOf(values) / values.length, deviation };
}

/** Chance that one more is as high as this: Student's t of a prediction. */
export function chanceOfMore(seen: Seen, value: number): number {
  return studentTCdf(-(value - seen.mean) / predictionError(seen), seen.count - 1);
}

/** Where one more lies with the chance `level`. */
export function rangeOfMore(seen: Seen, level: number): { readonly low: number; readonly high: number } {
  const reach = studentTQuantile((1 + level) / 2, seen.count - 1) * predictionError(seen);
  return { low: seen.mean - reach, high: seen.mean + reach };
}

/** The mean itself is known from so many only. */
function predictionError({ count, deviation }: Seen): number {
  return deviation * Math.sqrt(1 + 1 / count);
}
