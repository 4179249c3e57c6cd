import { buildSamples } from '../../research/samples/build-samples.js';
import { sampleFile } from '../../setup/sample-data.js';
import { HEAD_SPECS } from '../../shared/model/heads/head-specs.js';
import { readBarsFile } from '../../shared/node/files/bars-csv.js';
import { seededRandom } from '../../shared/random.js';
import { REAL_BARS } from '../gate/real-market.js';

/** Rows of features, a day after the other. */
export interface Days {
  readonly features: readonly string[];
  /** A list of rows for each day. */
  readonly days: readonly (readonly Float64Array[])[];
}

export interface DriftCase {
  readonly name: string;
  /** Nothing has changed: every alarm is false. */
  readonly isNull: boolean;
  readonly reference: Days;
  readonly current: Days;
}

const FEATURES = 83;
const ROWS_A_DAY = 78;
const REFERENCE_DAYS = 60;

/** What is done to the first feature from some day on. */
type Change = (value: number, day: number, at: number) => number;

/**
 * SYNTHETIC features as a market has them: each hangs together within a day, has a level and a scale of its own on each day, and all share
 * a volatility that comes and goes over weeks.
 */
function synthetic(name: string, seed: number, days: number, change: Change | null): DriftCase {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let regime = 0;
  const make = (count: number, changed: Change | null): Days => ({
    features: Array.from({ length: FEATURES }, (_, i) => `f${i}`),
    days: Array.from({ length: count }, (_, day) => {
      regime = 0.9 * regime + 0.1 * normal();
      const level = Array.from({ length: FEATURES }, () => 0.25 * normal());
      const scale = Array.from({ length: FEATURES }, () => Math.exp(0.5 * regime + 0.15 * normal()));
      const value = new Float64Array(FEATURES);
      return Array.from({ length: ROWS_A_DAY }, (_, at) => {
        for (let i = 0; i < FEATURES; i++) value[i] = 0.8 * value[i]! + 0.6 * normal();
        const row = value.map((one, i) => level[i]! + scale[i]! * one);
        if (changed) row[0] = changed(row[0]!, day, at);
        return row;
      });
    }),
  });
  return { name, isNull: change === null, reference: make(REFERENCE_DAYS, null), current: make(days, change) };
}

/** The usual days, and each change from the first day on. */
export function syntheticCases(nullDays: number, changedDays: number, seeds: number): DriftCase[] {
  const changes: readonly (readonly [string, Change])[] = [
    ['shift of 0.3 sigma', (value) => value + 0.3],
    ['spread doubled', (value) => 2 * value],
    ['dead feature', () => 0],
    ['slow drift of 0.05 sigma a day', (value, day) => value + 0.05 * (day + 1)],
  ];
  return [
    synthetic('usual days', 1, nullDays, null),
    ...Array.from({ length: seeds }, (_, seed) =>
      changes.map(([what, change]) => synthetic(`${what} ${seed + 1}`, 100 + seed, changedDays, change)),
    ).flat(),
  ];
}

/** Dates that a model is trained on; those that follow are looked at. */
const REAL_REFERENCE_DATES = 120;

/** Features of real bars. What the market did meanwhile is not known: an alarm may be right. */
export async function realCase(instrument: keyof typeof REAL_BARS, daysMax: number): Promise<DriftCase> {
  const { file, tickSize } = REAL_BARS[instrument];
  const { bars } = await readBarsFile(sampleFile(file));
  const head = HEAD_SPECS.XGB_5m;
  const source = { name: file, instrument, synthetic: false, read: async () => bars };
  const { samples } = await buildSamples(
    { depth: [], bars: [source] },
    { heads: [head], feeTicks: 0, barTickSize: tickSize },
  );
  const { rows, columns, features, tradeDate } = samples.XGB_5m!;
  // A clock says when, and not what.
  const used = head.features.flatMap((name, column) => (name === 'bar_minutes_since_open' ? [] : [{ name, column }]));
  const byDate = new Map<number, Float64Array[]>();
  for (let row = 0; row < rows; row++) {
    const values = Float64Array.from(used, ({ column }) => features[row * columns + column]!);
    const day = byDate.get(tradeDate[row]!);
    if (day) day.push(values);
    else byDate.set(tradeDate[row]!, [values]);
  }
  const days = [...byDate.values()].filter((day) => day.length >= 100);
  const names = used.map(({ name }) => name);
  return {
    name: `${instrument} bars`,
    isNull: true,
    reference: { features: names, days: days.slice(0, REAL_REFERENCE_DATES) },
    current: { features: names, days: days.slice(REAL_REFERENCE_DATES, REAL_REFERENCE_DATES + daysMax) },
  };
}
