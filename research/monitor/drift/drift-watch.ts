import { z } from 'zod';
import { normalCdf, normalQuantile } from '../../gate/statistics/normal.js';
import { chanceOfMore } from '../../gate/statistics/one-more.js';
import { total } from '../../gate/statistics/total.js';
import type { DayMeasures } from './distance.js';
import type { FeatureReference } from './feature-sketch.js';

/**
 * One false alarm a year at most, of all features of all heads together: 252 days, and half of the chance for each of the two
 * ways in which an alarm can come.
 */
const DAYS_A_FALSE_ALARM = 2 * 252;
/** No single day says more than this: the tail of a fitted distribution is not known beyond. */
export const P_LEAST = 1e-6;
const DEVIATION_LEAST = 0.05;

/** What is tested of a feature: each way of being unusual has its own evidence. */
const WAYS = ['far', 'wide', 'narrow', 'up', 'down'] as const;
type Way = (typeof WAYS)[number];

/** Of each feature and way, as `head.feature way`: the evidence that it has changed at some day. 0 before the first. */
export const driftState = z.record(z.string(), z.number().nonnegative());
export type DriftState = Readonly<z.infer<typeof driftState>>;

/** How unusual a day is for one feature. */
export interface Unusual {
  /** Chance that a usual day is as unusual in some way and phase (Bonferroni). */
  readonly p: number;
  /** E-values: 1 on average, at most, on usual days; large where the day is unusual in that way. */
  readonly e: Readonly<Partial<Record<Way, number>>>;
}

export interface DriftStep {
  readonly state: DriftState;
  /** Features that are told to have changed, the most certain first; their evidence begins anew. */
  readonly changed: string[];
  /** Those that lie far today, at a false discovery rate of 5 % (Benjamini, Hochberg 1995): shown, and no alarm. */
  readonly farToday: string[];
}

/** By Student's t of one more date against those of training; null where too few dates say what is usual. */
export function unusual({ phases }: FeatureReference, measured: readonly DayMeasures[]): Unusual | null {
  const each = measured.flatMap(({ phase, distance, widening, location }) => {
    const usual = phases[phase]?.usual;
    if (!usual) return [];
    const tail = (value: number, { mean, deviation }: { readonly mean: number; readonly deviation: number }) =>
      chanceOfMore({ count: usual.dates, mean, deviation: Math.max(DEVIATION_LEAST, deviation) }, value);
    const [wide, up] = [tail(widening, usual.widening), tail(location, usual.location)];
    const ways = { far: tail(distance, usual.distance), wide, narrow: 1 - wide, up, down: 1 - up };
    return [{ ways, dates: usual.dates }];
  });
  if (each.length === 0) return null;
  const least = Math.min(...each.flatMap(({ ways }) => Object.values(ways)));
  const e = Object.fromEntries(
    WAYS.map((way) => [way, total(each, ({ ways, dates }) => eValue(forgiven(ways[way], dates))) / each.length]),
  );
  return { p: Math.min(1, each.length * WAYS.length * least), e };
}

/** The same of one number whose p is known. */
export function unusualBy(p: number): Unusual {
  return { p, e: { far: eValue(p) } };
}

/**
 * One more day of a sequential test of "nothing has changed". The evidence of each feature and way is the e-detector of Shiryaev and Roberts
 * (Shin, Ramdas, Rinaldo, E-detectors, 2023): evidence = (1 + evidence of yesterday) * e; that of a feature is the mean over its ways. Until
 * it first reaches a threshold, as many days pass on average, at least, while days are as usual. A single feature needs the threshold times
 * the number of features; many that move a little reach it by their mean.
 */
export function watchDrift(before: DriftState, today: ReadonlyMap<string, Unusual>): DriftStep {
  const state: Record<string, number> = {};
  const evidence = new Map<string, number>();
  for (const [name, { e }] of today) {
    const ways = Object.entries(e);
    for (const [way, value] of ways) state[`${name} ${way}`] = (1 + (before[`${name} ${way}`] ?? 0)) * value;
    evidence.set(name, ways.reduce((sum, [way]) => sum + state[`${name} ${way}`]!, 0) / Math.max(1, ways.length));
  }
  const names = [...today.keys()].sort((a, b) => evidence.get(b)! - evidence.get(a)! || (a < b ? -1 : 1));
  const sum = names.reduce((all, name) => all + evidence.get(name)!, 0);
  const single = names.filter((name) => evidence.get(name)! >= DAYS_A_FALSE_ALARM * names.length);
  const isMany = sum >= DAYS_A_FALSE_ALARM * names.length && single.length === 0;
  // Where only all of them together are far, those that make up most of it are named.
  const changed = isMany ? leading(names, evidence, sum) : single;
  for (const name of changed) for (const way of WAYS) delete state[`${name} ${way}`];
  return { state, changed, farToday: discoveries(today) };
}

/** The mixture of all calibrators k p^(k-1) (Vovk, Wang, E-values, 2021): 1 on average at most, for any valid p. It forgives small ps, and so a market that is restless for weeks. */
function eValue(p: number): number {
  const bounded = Math.min(1 - 1e-9, Math.max(P_LEAST, p));
  const log = Math.log(bounded);
  return (1 - bounded + bounded * log) / (bounded * log * log);
}

/**
 * What training says of a usual day is itself known from some dates only, and whoever looks every day would find that error: so a day is held
 * against the nearest mean that training leaves possible (two standard errors).
 */
function forgiven(p: number, dates: number): number {
  const z = normalQuantile(1 - Math.min(1 - P_LEAST, Math.max(P_LEAST, p)));
  return 1 - normalCdf(z - 2 / Math.sqrt(dates));
}

function leading(names: readonly string[], evidence: ReadonlyMap<string, number>, sum: number): string[] {
  let told = 0;
  return names.filter((name) => {
    const isNeeded = told < 0.9 * sum;
    told += evidence.get(name)!;
    return isNeeded;
  });
}

const FALSE_DISCOVERIES = 0.05;

function discoveries(today: ReadonlyMap<string, Unusual>): string[] {
  const ordered = [...today].sort(([, a], [, b]) => a.p - b.p);
  const last = ordered.findLastIndex(([, { p }], at) => p <= (FALSE_DISCOVERIES * (at + 1)) / ordered.length);
  return ordered.slice(0, last + 1).map(([name]) => name);
}
