import { quantileOf } from '../../gate/statistics/quantile.js';
import type { Knot } from './offset-curve.js';

export interface OffsetAt {
  /** Middle of the minute, ns after the base. */
  readonly ns: number;
  readonly offsetNs: number;
}

export interface Drift {
  /** Parts per million. */
  readonly ppm: number;
  readonly low: number;
  readonly high: number;
  readonly minutes: number;
}

const MINUTES_MIN = 5;
const MINUTES_MAX = 1500;
const NORMAL_975 = 1.959964;

/**
 * How fast the second clock runs ahead of the first: the median of the slopes between every two minutes (Theil, Sen), with Sen's
 * interval, which takes the minutes for independent. Minutes before and after a clock was set are never put together.
 */
export function driftOf(minutes: readonly OffsetAt[], knots: readonly Knot[]): Drift | null {
  const stepsNs = knots.flatMap(({ ns, isStep }, i) => (isStep ? [[knots[i - 1]!.ns, ns] as const] : []));
  const every = Math.ceil(minutes.length / MINUTES_MAX);
  const usable = minutes.filter(
    ({ ns }, i) => i % every === 0 && !stepsNs.some(([from, to]) => from < ns + HALF_NS && to > ns - HALF_NS),
  );
  const segments = Map.groupBy(usable, ({ ns }) => stepsNs.filter(([, to]) => to <= ns).length);
  const slopes: number[] = [];
  let variance = 0;
  for (const segment of segments.values()) {
    const n = segment.length;
    variance += (n * (n - 1) * (2 * n + 5)) / 18;
    for (const [i, a] of segment.entries())
      for (let k = i + 1; k < n; k++) slopes.push((segment[k]!.offsetNs - a.offsetNs) / (segment[k]!.ns - a.ns));
  }
  if (usable.length < MINUTES_MIN || slopes.length === 0) return null;
  const sorted = Float64Array.from(slopes).sort();
  const reach = (NORMAL_975 * Math.sqrt(variance)) / 2 / sorted.length;
  const at = (share: number) => 1e6 * quantileOf(sorted, Math.min(1, Math.max(0, share)));
  return { ppm: at(0.5), low: at(0.5 - reach), high: at(0.5 + reach), minutes: usable.length };
}

const HALF_NS = 30e9;
