import { countBelow, type FeatureReference, type FeatureSketch, spreadOf } from './feature-sketch.js';
import type { PhaseName } from './session-phases.js';

export interface PhasedValue {
  readonly value: number;
  readonly phase: PhaseName;
}

/** How far a day lies from a reference; both as logarithms, whose scatter over days is even. */
export interface DayMeasures {
  readonly distance: number;
  /** Of the mean distance from the median, against the reference: above 0 where values are spread wider. */
  readonly widening: number;
}

/** A day that is nearer than this is no nearer: a logarithm is taken of it. */
const DISTANCE_LEAST = 0.002;
/** Of the spread of the reference: what is narrower is taken for constant. */
const SPREAD_LEAST = 1e-3;

/**
 * In each phase the largest difference of the two distribution functions, or of the shares of what is missing, and the spread; over the
 * phases, weighed by the day's rows. A phase that the reference has not is left out; null where none is left.
 * @param isWithin the day is one of those that the reference is made of: its distance is that from the others alone
 */
export function measureDay(
  { phases }: Pick<FeatureReference, 'phases'>,
  day: readonly PhasedValue[],
  isWithin: boolean,
): DayMeasures | null {
  let [distance, widening, rows] = [0, 0, 0];
  for (const phase of new Set(day.map((one) => one.phase))) {
    const sketch = phases[phase];
    const all = day.filter((one) => one.phase === phase);
    const others = (sketch?.rows ?? 0) - (isWithin ? all.length : 0);
    if (!sketch || others <= 0) continue;
    const own = Float64Array.from(all.map(({ value }) => value).filter((value) => !Number.isNaN(value))).sort();
    // The day's own share is taken out of the difference to all rows.
    distance +=
      all.length *
      Math.min(1, (sketch.rows / (isWithin ? others : sketch.rows)) * phaseDistance(sketch, own, all.length));
    widening += all.length * wideningOf(sketch, own);
    rows += all.length;
  }
  if (rows === 0) return null;
  return { distance: Math.log(Math.max(DISTANCE_LEAST, distance / rows)), widening: widening / rows };
}

function wideningOf({ spread }: FeatureSketch, own: Float64Array): number {
  if (own.length === 0) return 0;
  const least = spread > 0 ? SPREAD_LEAST * spread : SPREAD_LEAST;
  return Math.log((spreadOf(own) + least) / (spread + least));
}

/** @param own ascending, of `rows` with those that have no value */
function phaseDistance(sketch: FeatureSketch, own: Float64Array, rows: number): number {
  let largest = Math.abs(1 - own.length / rows - sketch.missingShare);
  if (own.length === 0) return largest;
  for (const [at, value] of sketch.values.entries()) {
    const below = countBelow(own, value, false) / own.length;
    const atMost = countBelow(own, value, true) / own.length;
    largest = Math.max(largest, Math.abs(below - sketch.below[at]!), Math.abs(atMost - sketch.atMost[at]!));
  }
  return largest;
}
