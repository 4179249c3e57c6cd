import { quantileOf } from '../../gate/statistics/quantile.js';
import { countBelow, type FeatureSketch, spreadOf } from './feature-sketch.js';
import type { PhaseName } from './session-phases.js';

export interface PhasedValue {
  readonly value: number;
  readonly phase: PhaseName;
}

/** How far a day lies from a reference in one phase; distance and widening as logarithms, whose scatter over days is even. */
export interface DayMeasures {
  readonly phase: PhaseName;
  readonly rows: number;
  /** Largest difference of the two distribution functions, or of the shares of what is missing. */
  readonly distance: number;
  /** Of the mean distance from the median, against the reference: above 0 where values are spread wider. */
  readonly widening: number;
  /** Of the median, against that of the reference, in its spread: with its sign. */
  readonly location: number;
}

/** A day that is nearer than this is no nearer: a logarithm is taken of it. */
const DISTANCE_LEAST = 0.002;
/** Of the spread of the reference: what is narrower is taken for constant. */
const SPREAD_LEAST = 1e-3;
/** Fewer rows of a phase say too little of a distribution. */
const ROWS_MIN = 20;
/** A constant that is another one has moved by any number of spreads. */
const LOCATION_MOST = 1000;

/**
 * A day against the reference, in each phase that both have: a phase of few rows is farther by chance, and is held against days as
 * long as itself.
 * @param isWithin the day is one of those that the reference is made of: its distance is that from the others alone
 */
export function measureDay(
  phases: Readonly<Partial<Record<PhaseName, Omit<FeatureSketch, 'usual'>>>>,
  day: readonly PhasedValue[],
  isWithin: boolean,
): DayMeasures[] {
  return [...new Set(day.map((one) => one.phase))].flatMap((phase) => {
    const sketch = phases[phase];
    const all = day.filter((one) => one.phase === phase);
    const others = (sketch?.rows ?? 0) - (isWithin ? all.length : 0);
    if (!sketch || others <= 0 || all.length < ROWS_MIN) return [];
    const own = Float64Array.from(all.map(({ value }) => value).filter((value) => !Number.isNaN(value))).sort();
    // The day's own share is taken out of the difference to all rows.
    const grown = isWithin ? sketch.rows / others : 1;
    const distance = Math.min(1, grown * phaseDistance(sketch, own, all.length));
    return [
      {
        ...{ phase, rows: all.length, widening: wideningOf(sketch, own), location: locationOf(sketch, own) },
        distance: Math.log(Math.max(DISTANCE_LEAST, distance)),
      },
    ];
  });
}

function locationOf({ spread, median }: Pick<FeatureSketch, 'spread' | 'median'>, own: Float64Array): number {
  if (own.length === 0 || median === null) return 0;
  const moved = quantileOf(own, 0.5) - median;
  return moved === 0
    ? 0
    : Math.max(-LOCATION_MOST, Math.min(LOCATION_MOST, moved / Math.max(spread, Number.MIN_VALUE)));
}

function wideningOf({ spread }: Pick<FeatureSketch, 'spread'>, own: Float64Array): number {
  if (own.length === 0) return 0;
  const least = spread > 0 ? SPREAD_LEAST * spread : SPREAD_LEAST;
  return Math.log((spreadOf(own) + least) / (spread + least));
}

/** @param own ascending, of `rows` with those that have no value */
function phaseDistance(sketch: Omit<FeatureSketch, 'usual'>, own: Float64Array, rows: number): number {
  let largest = Math.abs(1 - own.length / rows - sketch.missingShare);
  if (own.length === 0) return largest;
  for (const [at, value] of sketch.values.entries()) {
    const below = countBelow(own, value, false) / own.length;
    const atMost = countBelow(own, value, true) / own.length;
    largest = Math.max(largest, Math.abs(below - sketch.below[at]!), Math.abs(atMost - sketch.atMost[at]!));
  }
  return largest;
}
