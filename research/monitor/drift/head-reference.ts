import { z } from 'zod';
import { SESSION_FEATURES } from '../../../shared/market/features/session-features.js';
import { type HeadSamples, headName } from '../../../shared/model/heads/head.js';
import { sampleVariance, sumOf } from '../../gate/statistics/total.js';
import { type DayMeasures, measureDay } from './distance.js';
import { type FeatureReference, type FeatureSketch, featureReference, rounded, sketchOf } from './feature-sketch.js';
import { rankCorrelations } from './rank-correlation.js';
import { type PhaseName, phaseAt } from './session-phases.js';

/** What the features of a head looked like when it was trained. */
export const headReference = z.strictObject({
  v: z.literal(1),
  features: z.record(z.string(), featureReference),
  /** Rank correlations of every two features, in this order; null in a release from before they were kept. */
  correlations: z
    .strictObject({ features: z.array(z.string()), upperTriangle: z.array(z.number().min(-1).max(1)) })
    .nullable()
    .default(null),
});
export type HeadReference = Readonly<z.infer<typeof headReference>>;

/** `reference.json` of a release. */
export const releaseReference = z.strictObject({ v: z.literal(1), heads: z.record(headName, headReference) });
export type ReleaseReference = Readonly<z.infer<typeof releaseReference>>;
export const REFERENCE_FILE = 'reference.json';

const CLOCKS: ReadonlySet<string> = new Set([...SESSION_FEATURES.map(({ name }) => name), 'bar_minutes_since_open']);
const DATES_MIN = 3;
/** Seconds follow each other closely: more rows than this say little more. */
const ROWS_MAX = 40_000;
/** A correlation of so many rows is known to 0.02. */
const CORRELATED_ROWS_MAX = 4000;

/** @param instrument '' where it is not known: phases are those that most products have */
export function makeReference(samples: HeadSamples, instrument: string): HeadReference {
  const rows = thinned(samples, ROWS_MAX);
  const phases = rows.map((row) => samples.startMs[row]!).map(phaseAt(instrument));
  const features: Record<string, FeatureReference> = {};
  for (const [column, name] of samples.head.features.entries()) {
    // Where in the day a row lies says when it was captured, and nothing about the market.
    if (CLOCKS.has(name)) continue;
    features[name] = referenceOf(
      rows.map((row) => samples.features[row * samples.columns + column]!),
      rows.map((row) => samples.tradeDate[row]!),
      phases,
    );
  }
  return { v: 1, features, correlations: correlationsOf(samples, Object.keys(features)) };
}

/** Of the rows of some dates, or of one. */
export function correlationsOf(
  samples: HeadSamples,
  features: readonly string[],
): NonNullable<HeadReference['correlations']> {
  const rows = thinned(samples, CORRELATED_ROWS_MAX);
  const columns = features.map((name) => {
    const column = samples.head.features.indexOf(name);
    return Float64Array.from(rows, (row) => samples.features[row * samples.columns + column]!);
  });
  return { features: [...features], upperTriangle: rankCorrelations(columns).map(rounded) };
}

function thinned({ rows }: HeadSamples, rowsMax: number): number[] {
  const step = Math.max(1, Math.ceil(rows / rowsMax));
  return Array.from({ length: Math.ceil(rows / step) }, (_, i) => i * step);
}

function referenceOf(
  values: readonly number[],
  dates: readonly number[],
  phases: readonly PhaseName[],
): FeatureReference {
  const sketches: Partial<Record<PhaseName, Omit<FeatureSketch, 'usual'>>> = {};
  for (const phase of new Set(phases)) sketches[phase] = sketchOf(values.filter((_, i) => phases[i] === phase));
  const measured = [...new Set(dates)].flatMap((date) => {
    const own = values.flatMap((value, i) => (dates[i] === date ? [{ value, phase: phases[i]! }] : []));
    return measureDay(sketches, own, true);
  });
  const whole = Object.entries(sketches).map(([phase, sketch]) => {
    const own = measured.filter((one) => one.phase === phase);
    return [phase, { ...sketch, usual: own.length < DATES_MIN ? null : usualOf(own) }];
  });
  return { phases: Object.fromEntries(whole) };
}

function usualOf(measured: readonly DayMeasures[]): FeatureSketch['usual'] {
  return {
    dates: measured.length,
    distance: meanAndDeviation(measured.map(({ distance }) => distance)),
    widening: meanAndDeviation(measured.map(({ widening }) => widening)),
    location: meanAndDeviation(measured.map(({ location }) => location)),
  };
}

function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  return { mean: rounded(sumOf(values) / values.length), deviation: rounded(Math.sqrt(sampleVariance(values))) };
}
