import type { HeadName, HeadSamples } from '../../../shared/model/heads/head.js';
import { total } from '../../gate/statistics/total.js';
import { type DayMeasures, measureDay, type PhasedValue } from '../drift/distance.js';
import { type DriftState, type Unusual, unusual, watchDrift } from '../drift/drift-watch.js';
import type { FeatureReference } from '../drift/feature-sketch.js';
import { correlationsOf, type HeadReference, type ReleaseReference } from '../drift/head-reference.js';
import { phaseAt } from '../drift/session-phases.js';
import { psiOf } from '../drift/two-samples.js';
import type { MonitorReport } from '../report.js';

type Drift = MonitorReport['drift'];

/** Fewer rows of a date say too little of a distribution. */
const ROWS_MIN = 30;

/** The day's features against those of training, and the evidence of change over days. */
export function dayDrift(ask: {
  readonly instrument: string;
  readonly modelVersion: number | null;
  readonly reference: ReleaseReference | null;
  readonly samples: Readonly<Partial<Record<HeadName, HeadSamples>>>;
  /** Of the date before, by the same release; evidence begins anew with another one. */
  readonly before: DriftState;
}): Drift {
  if (ask.reference === null)
    return { modelVersion: null, features: [], changed: [], farToday: [], pairs: [], state: {} };
  const features: Drift['features'][number][] = [];
  const today = new Map<string, Unusual>();
  const pairs: Drift['pairs'][number][] = [];
  for (const [head, { features: references, correlations }] of Object.entries(ask.reference.heads)) {
    const samples = ask.samples[head];
    if (!samples || samples.rows < ROWS_MIN) continue;
    pairs.push(...farthestPairs(head, samples, correlations));
    const phase = [...samples.startMs].map(phaseAt(ask.instrument));
    for (const [column, feature] of samples.head.features.entries()) {
      const reference = references[feature];
      if (!reference) continue;
      const day = phase.map(
        (one, row): PhasedValue => ({
          phase: one,
          value: samples.features[row * samples.columns + column]!,
        }),
      );
      const measured = measureDay(reference.phases, day, false);
      if (measured.length === 0) continue;
      const seen = unusual(reference, measured);
      if (seen) today.set(`${head}.${feature}`, seen);
      features.push({
        ...{ head, feature, rows: day.length },
        missingShare: day.filter(({ value }) => Number.isNaN(value)).length / day.length,
        ks: meanOf(measured, ({ distance }) => Math.exp(distance)),
        psi: psiOfDay(reference, day),
        widthFactor: Math.exp(meanOf(measured, ({ widening }) => widening)),
        p: seen?.p ?? null,
      });
    }
  }
  return { modelVersion: ask.modelVersion, features, pairs, ...watchDrift(ask.before, today) };
}

const PAIRS_SHOWN = 3;

function farthestPairs(
  head: HeadName,
  samples: HeadSamples,
  training: HeadReference['correlations'],
): Drift['pairs'][number][] {
  if (training === null) return [];
  const { features } = training;
  const today = correlationsOf(samples, features).upperTriangle;
  const names = features.flatMap((a, i) => features.slice(i + 1).map((b) => ({ a, b })));
  return names
    .map((pair, at) => ({ head, ...pair, training: training.upperTriangle[at]!, today: today[at]! }))
    .sort((x, y) => Math.abs(y.today - y.training) - Math.abs(x.today - x.training))
    .slice(0, PAIRS_SHOWN);
}

/** Over the phases, weighed by their rows. */
function meanOf(measured: readonly DayMeasures[], of: (one: DayMeasures) => number): number {
  return total(measured, (one) => one.rows * of(one)) / total(measured, ({ rows }) => rows);
}

/** Over the phases, weighed by the day's rows; bins between tenths of the reference. For people who know its bands: no alarm rests on it. */
function psiOfDay({ phases }: FeatureReference, day: readonly PhasedValue[]): number {
  let [sum, rows] = [0, 0];
  for (const phase of new Set(day.map((one) => one.phase))) {
    const sketch = phases[phase];
    const own = day.flatMap((one) => (one.phase === phase && !Number.isNaN(one.value) ? [one.value] : []));
    if (!sketch || own.length === 0 || sketch.values.length < 2) continue;
    const edges = tenths(sketch.below);
    const bins = [...edges, sketch.values.length].map((to, bin) => {
      const [low, high] = [edges[bin - 1], edges[bin]];
      const isIn = (value: number) =>
        (low === undefined || value >= sketch.values[low]!) && (high === undefined || value < sketch.values[high]!);
      const expected = (sketch.below[to] ?? 1) - (low === undefined ? 0 : sketch.below[low]!);
      return { expected, found: own.filter(isIn).length / own.length };
    });
    const psi = psiOf(
      bins.map(({ expected }) => expected),
      bins.map(({ found }) => found),
    );
    sum += own.length * psi;
    rows += own.length;
  }
  return rows === 0 ? 0 : sum / rows;
}

/** Places of the first values with a tenth, two tenths, ... of the rows below them, each once, inner ones alone. */
function tenths(below: readonly number[]): number[] {
  const places = Array.from({ length: 9 }, (_, i) => below.findIndex((share) => share >= (i + 1) / 10 - 1e-9));
  return [...new Set(places.filter((place) => place > 0))];
}
