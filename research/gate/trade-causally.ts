import type { HeadSamples } from '../../shared/model/heads/head.js';

/** One entered position: held from the row's time to the end of its label. */
export interface Trade {
  /** Index into the rows that were offered. */
  readonly at: number;
  /** Move in the position's favour, before costs. */
  readonly grossTicks: number;
  readonly costTicks: number;
}

type TradedColumns = Pick<HeadSamples, 'startMs' | 'endMs' | 'moveTicks' | 'costTicks'>;

/**
 * Trades one contract by the forecasts alone: enters in the expected direction where |expected move| exceeds the row's cost
 * times `costMargin`, holds until that row's label ends, and only then looks again. One position at a time, so that a
 * move is not counted once for every overlapping row. `rows` are in order of time.
 */
export function tradeCausally(
  samples: TradedColumns,
  rows: Int32Array,
  expectedTicks: Float32Array,
  costMargin: number,
): Trade[] {
  const trades: Trade[] = [];
  let freeAtMs = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    const expected = expectedTicks[at]!;
    const costTicks = samples.costTicks[row]!;
    if (samples.startMs[row]! < freeAtMs || expected === 0 || !(Math.abs(expected) > costTicks * costMargin)) continue;
    freeAtMs = samples.endMs[row]!;
    trades.push({ at, grossTicks: Math.sign(expected) * samples.moveTicks[row]!, costTicks });
  }
  return trades;
}
