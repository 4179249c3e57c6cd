import { z } from 'zod';
import { studentTCdf } from '../../gate/statistics/student-t.js';
import type { DayMeasures } from './distance.js';
import type { FeatureReference } from './feature-sketch.js';

/**
 * One false alarm a year at most, of all features of all heads together: 252 days, and half of the chance for each of the two
 * ways in which an alarm can come.
 */
const DAYS_A_FALSE_ALARM = 2 * 252;
/** No single day says more than this: the tail of a fitted distribution is not known beyond. */
const P_LEAST = 1e-6;
const DEVIATION_LEAST = 0.05;

/** Of each feature, by `head.feature`: the evidence that it has changed at some day. 0 before the first. */
export const driftState = z.record(z.string(), z.number().nonnegative());
export type DriftState = Readonly<z.infer<typeof driftState>>;

export interface DriftStep {
  readonly state: DriftState;
  /** Features that are told to have changed, the most certain first; their evidence begins anew. */
  readonly changed: string[];
  /** Those that lie far today, at a false discovery rate of 5 % (Benjamini, Hochberg 1995): shown, and no alarm. */
  readonly farToday: string[];
}

/**
 * Chance that a usual day lies so far from the reference, or is spread so differently, in some phase (Bonferroni over phases and
 * these two); null where too few dates say what is usual. By Student's t of one date against those of training.
 */
export function usualP({ phases }: FeatureReference, measured: readonly DayMeasures[]): number | null {
  const each = measured.flatMap(({ phase, distance, widening }) => {
    const usual = phases[phase]?.usual;
    if (!usual) return [];
    const tail = (value: number, of: { readonly mean: number; readonly deviation: number }) =>
      studentTCdf(
        -(value - of.mean) / (Math.max(DEVIATION_LEAST, of.deviation) * Math.sqrt(1 + 1 / usual.dates)),
        usual.dates - 1,
      );
    const wider = tail(widening, usual.widening);
    return [2 * Math.min(tail(distance, usual.distance), 2 * Math.min(wider, 1 - wider))];
  });
  return each.length === 0 ? null : Math.min(1, Math.max(P_LEAST, each.length * Math.min(...each)));
}

/**
 * One more day of a sequential test of "nothing has changed": each p becomes an e-value, whose mean is 1 at most while nothing has
 * changed, and the evidence is the e-detector of Shiryaev and Roberts (Shin, Ramdas, Rinaldo, E-detectors, 2023): evidence = (1 + evidence
 * of yesterday) * e. Until it first reaches a threshold, as many days pass on average, at least, however the days depend on each other. A single
 * feature needs the threshold times the number of features; many that move a little reach it by their mean.
 */
export function watchDrift(before: DriftState, today: ReadonlyMap<string, number>): DriftStep {
  const state: Record<string, number> = {};
  for (const [name, p] of today) state[name] = (1 + (before[name] ?? 0)) * eValue(p);
  const names = [...today.keys()].sort((a, b) => state[b]! - state[a]! || (a < b ? -1 : 1));
  const mean = names.reduce((sum, name) => sum + state[name]!, 0) / Math.max(1, names.length);
  const single = names.filter((name) => state[name]! >= DAYS_A_FALSE_ALARM * names.length);
  // Where only all of them together are far, those that make up most of it are named.
  const changed =
    mean >= DAYS_A_FALSE_ALARM && single.length === 0 ? leading(names, state, mean * names.length) : single;
  for (const name of changed) state[name] = 0;
  return { state, changed, farToday: discoveries(today) };
}

/** The mixture of all calibrators k p^(k-1) (Vovk, Wang, E-values, 2021): 1 on average at most, for any valid p. */
function eValue(p: number): number {
  if (p >= 1) return 0.5;
  const log = Math.log(p);
  return (1 - p + p * log) / (p * log * log);
}

function leading(names: readonly string[], state: DriftState, sum: number): string[] {
  let told = 0;
  return names.filter((name) => {
    const isNeeded = told < 0.9 * sum;
    told += state[name]!;
    return isNeeded;
  });
}

const FALSE_DISCOVERIES = 0.05;

function discoveries(today: ReadonlyMap<string, number>): string[] {
  const ordered = [...today].sort(([, a], [, b]) => a - b);
  const last = ordered.findLastIndex(([, p], at) => p <= (FALSE_DISCOVERIES * (at + 1)) / ordered.length);
  return ordered.slice(0, last + 1).map(([name]) => name);
}
