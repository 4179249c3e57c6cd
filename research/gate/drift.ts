import { z } from 'zod';
import { type HeadSamples, headName } from '../../shared/model/heads/head.js';
import { studentTCdf } from './statistics/student-t.js';
import { sampleVariance, sumOf } from './statistics/total.js';

/** Something whose kept dates are not like the dates before. */
export const driftedThing = z.strictObject({
  head: headName,
  /** Name of a feature, or `class 0`, ... for the share of a class among the labels. */
  of: z.string(),
  /** Mean of the dates' means. */
  before: z.number(),
  kept: z.number(),
  /** Two-sided, of Student's t over windows of as many dates, times the number of things of this head that were looked at. */
  p: z.number(),
});
export type DriftedThing = Readonly<z.infer<typeof driftedThing>>;

/** Fewer dates before say nothing of how widely dates scatter. */
const DATES_MIN = 5;
/** As many are told. */
const TOLD = 5;

/**
 * The features and class shares whose kept dates differ most from those before, by the means of whole dates: against windows of as many
 * dates in a row, because lively dates follow lively ones.
 */
export function driftOf(samples: HeadSamples, keptFrom: number | undefined): DriftedThing[] {
  if (keptFrom === undefined) return [];
  const { head, columns, features, label } = samples;
  const of = [
    ...head.features.map((name, column) => ({ name, at: (row: number) => features[row * columns + column]! })),
    ...Array.from({ length: head.classes }, (_, one) => ({
      name: `class ${one}`,
      at: (row: number) => (label[row] === one ? 1 : 0),
    })),
  ];
  const found = of.flatMap(({ name, at }): DriftedThing[] => {
    const { before, kept } = dateMeans(samples, keptFrom, at);
    const p = differ(before, kept);
    if (p === null) return [];
    const mean = (values: readonly number[]) => sumOf(values) / values.length;
    return [{ head: head.name, of: name, before: mean(before), kept: mean(kept), p: Math.min(1, p * of.length) }];
  });
  return found.sort((a, b) => a.p - b.p).slice(0, TOLD);
}

function dateMeans({ rows, tradeDate }: HeadSamples, keptFrom: number, at: (row: number) => number) {
  const before: number[] = [];
  const kept: number[] = [];
  for (let first = 0; first < rows; ) {
    const date = tradeDate[first]!;
    let [sum, counted, row] = [0, 0, first];
    for (; row < rows && tradeDate[row] === date; row++) {
      const value = at(row);
      if (Number.isNaN(value)) continue;
      sum += value;
      counted++;
    }
    if (counted > 0) (date < keptFrom ? before : kept).push(sum / counted);
    first = row;
  }
  return { before, kept };
}

/** Null where there are too few dates, or nothing varies. */
function differ(before: readonly number[], kept: readonly number[]): number | null {
  const [n, k] = [before.length, kept.length];
  if (n < DATES_MIN || k === 0 || n < 3 * k) return null;
  const windows = Array.from({ length: n - k + 1 }, (_, at) => sumOf(before.slice(at, at + k)) / k);
  const windowsApart = n / k;
  const error = Math.sqrt(sampleVariance(windows) * (1 + 1 / windowsApart));
  if (!(error > 0)) return null;
  const t = Math.abs(sumOf(kept) / k - sumOf(windows) / windows.length) / error;
  return 2 * (1 - studentTCdf(t, Math.floor(windowsApart) - 1));
}
