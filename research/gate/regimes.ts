import type { HeadSamples } from '../../shared/model/heads/head.js';
import type { RegimeDay } from './fold-contract.js';
import type { HeadEvidence } from './report.js';
import type { RowScores } from './score-arm.js';
import { ratioInterval } from './statistics/day-interval.js';
import { surprise } from './statistics/surprise.js';
import { total } from './statistics/total.js';

/** Minutes since the RTH open, or volatility: the first of these that a head looks at. */
const CLOCKS = [
  { feature: 'seconds_since_open', perMinute: 60 },
  { feature: 'bar_minutes_since_open', perMinute: 1 },
];
const VOLATILITIES = ['realised_vol_60s', 'bar_volatility'];
const FIRST_MINUTES = 30;
const RTH_MINUTES = 390;

/** The rows of a test block by kind and trade date: phases of the session, and thirds of the training rows' volatility. */
export function regimesOf(samples: HeadSamples, train: Int32Array, test: Int32Array, scores: RowScores): RegimeDay[] {
  const kinds = [phases(samples), volatility(samples, train)].filter((kind) => kind !== null);
  const shares = classShares(samples, train);
  const days = new Map<string, { -readonly [K in keyof RegimeDay]: RegimeDay[K] }>();
  for (const [at, row] of test.entries()) {
    const tradeDate = samples.tradeDate[row]!;
    for (const kindOf of kinds) {
      const regime = kindOf(row);
      const key = `${regime} ${tradeDate}`;
      const day = days.get(key) ?? {
        ...{ regime, tradeDate, rows: 0, logLossSum: 0, classPriorLogLossSum: 0 },
        ...{ directionalRows: 0, directionalHits: 0 },
      };
      days.set(key, day);
      day.rows++;
      day.logLossSum += scores.logLoss[at]!;
      day.classPriorLogLossSum += surprise(shares[samples.label[row]!]!);
      const move = samples.moveTicks[row]!;
      if (move === 0) continue;
      day.directionalRows++;
      const expected = scores.expectedTicks[at]!;
      if (expected === 0) day.directionalHits += 0.5;
      else if (Math.sign(expected) === Math.sign(move)) day.directionalHits++;
    }
  }
  return [...days.values()];
}

/** Over all test blocks, with Student's t over trade dates. */
export function pooledRegimes(days: readonly RegimeDay[]): HeadEvidence['regimes'] {
  const names = [...new Set(days.map(({ regime }) => regime))].sort();
  return names.map((regime) => {
    const own = days.filter((day) => day.regime === regime);
    const ratio = (above: (day: RegimeDay) => number, below: (day: RegimeDay) => number) =>
      total(own, below) > 0 ? ratioInterval(own.map(above), own.map(below)) : null;
    return {
      regime,
      rows: total(own, ({ rows }) => rows),
      tradeDates: own.length,
      skill: ratio(
        (day) => day.classPriorLogLossSum - day.logLossSum,
        (day) => day.classPriorLogLossSum,
      ),
      hitRate: ratio(
        (day) => day.directionalHits,
        (day) => day.directionalRows,
      ),
    };
  });
}

type KindOf = (row: number) => string;

function phases(samples: HeadSamples): KindOf | null {
  const clock = CLOCKS.find(({ feature }) => samples.head.features.includes(feature));
  if (!clock) return null;
  const value = columnOf(samples, clock.feature);
  return (row) => {
    const minutes = value(row) / clock.perMinute;
    if (!(minutes >= 0 && minutes <= RTH_MINUTES)) return 'session: outside regular hours';
    return minutes < FIRST_MINUTES ? 'session: first half hour' : 'session: later in regular hours';
  };
}

function volatility(samples: HeadSamples, train: Int32Array): KindOf | null {
  const feature = VOLATILITIES.find((name) => samples.head.features.includes(name));
  if (feature === undefined) return null;
  const value = columnOf(samples, feature);
  const sorted = Float64Array.from(train, value)
    .filter((one) => !Number.isNaN(one))
    .sort();
  const [low, high] = [1 / 3, 2 / 3].map((share) => sorted[Math.floor(share * sorted.length)] ?? 0);
  return (row) => {
    const now = value(row);
    if (Number.isNaN(now)) return 'volatility: unknown';
    return now <= low! ? 'volatility: calm' : now <= high! ? 'volatility: usual' : 'volatility: lively';
  };
}

function columnOf({ head, features, columns }: HeadSamples, name: string): (row: number) => number {
  const column = head.features.indexOf(name);
  return (row) => features[row * columns + column]!;
}

function classShares({ label, head }: HeadSamples, train: Int32Array): Float64Array {
  const rows = new Float64Array(head.classes);
  for (const row of train) rows[label[row]!]!++;
  return rows.map((one) => one / train.length);
}
