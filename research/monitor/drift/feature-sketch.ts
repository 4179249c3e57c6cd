import { z } from 'zod';
import { quantileOf } from '../../gate/statistics/quantile.js';
import { PHASE_NAMES } from './session-phases.js';

const share = z.number().min(0).max(1);

/** Over dates. */
const meanAndDeviation = z.strictObject({ mean: z.number(), deviation: z.number() });

/** The distribution of a feature in a phase of the session, as points of its distribution function. */
export const featureSketch = z.strictObject({
  rows: z.number().int().nonnegative(),
  missingShare: share,
  /** Mean distance of a value from the median. */
  spread: z.number().nonnegative(),
  /** Null where no row has a value. */
  median: z.number().nullable(),
  /** Quantiles, ascending, each value once: rows below it, and at most it, as shares of those that have a value. */
  values: z.array(z.number()),
  below: z.array(share),
  atMost: z.array(share),
  /** Where the training dates lie against all of them together: what is usual for a day. Null with fewer than three dates. */
  usual: z
    .strictObject({
      dates: z.number().int(),
      distance: meanAndDeviation,
      widening: meanAndDeviation,
      location: meanAndDeviation,
    })
    .nullable(),
});
export type FeatureSketch = Readonly<z.infer<typeof featureSketch>>;

export const featureReference = z.strictObject({ phases: z.partialRecord(z.enum(PHASE_NAMES), featureSketch) });
export type FeatureReference = Readonly<z.infer<typeof featureReference>>;

const POINTS = 50;

export function sketchOf(all: readonly number[]): Omit<FeatureSketch, 'usual'> {
  const sorted = Float64Array.from(all.filter((value) => !Number.isNaN(value))).sort();
  const values =
    sorted.length === 0
      ? []
      : [...new Set(Array.from({ length: POINTS + 1 }, (_, i) => shortened(quantileOf(sorted, i / POINTS))))];
  return {
    rows: all.length,
    missingShare: rounded(all.length === 0 ? 0 : 1 - sorted.length / all.length),
    spread: shortened(spreadOf(sorted)),
    median: sorted.length === 0 ? null : shortened(quantileOf(sorted, 0.5)),
    values,
    below: values.map((value) => rounded(countBelow(sorted, value, false) / sorted.length)),
    atMost: values.map((value) => rounded(countBelow(sorted, value, true) / sorted.length)),
  };
}

/** Of ascending values; 0 of none. */
export function spreadOf(sorted: Float64Array): number {
  if (sorted.length === 0) return 0;
  const median = quantileOf(sorted, 0.5);
  return sorted.reduce((sum, value) => sum + Math.abs(value - median), 0) / sorted.length;
}

/** @param isIncluded counts also those that equal it */
export function countBelow(sorted: Float64Array, value: number, isIncluded: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value || (isIncluded && sorted[middle]! === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Enough digits, and the same text on every machine. */
export function rounded(value: number): number {
  return Number(value.toFixed(5));
}

/** As many digits as a float32 has. */
function shortened(value: number): number {
  return Number(value.toPrecision(7));
}
