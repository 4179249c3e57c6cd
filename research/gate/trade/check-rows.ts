import { BAR_MS } from '../../../shared/market/events/bar.js';
import { FeatureEngine } from '../../../shared/market/features/feature-engine.js';
import { planFeatures } from '../../../shared/market/features/feature-plan.js';
import type { Decision } from '../../../shared/model/decision/decision.js';
import type { HeadSamples } from '../../../shared/model/heads/head.js';
import { isSameRow } from '../../../shared/model/heads/same-row.js';
import { samplingOf } from '../../../shared/model/heads/sampling.js';
import type { BarSeries } from '../../samples/bar-samples.js';
import type { RowCheck } from '../policy-day.js';

/** Rows as trading computes them, of one head: by the millisecond at which they are due. */
export type TradedRows = Map<number, Float32Array>;

/** How far a row may have been moved to be recognised. */
const SHIFT_ROWS_MAX = 60;

/** Keeps the rows of the heads that look at the book, as decisions come. */
export function keepRows(heads: readonly HeadSamples[]): {
  readonly rows: ReadonlyMap<string, TradedRows>;
  readonly take: (decision: Decision) => void;
} {
  const rows = new Map<string, TradedRows>(heads.map(({ head }) => [head.name, new Map()]));
  const take = ({ tsRecvNs, outputs }: Decision) => {
    const startMs = Number(tsRecvNs / 1_000_000n);
    for (const { name, features } of outputs) rows.get(name)?.set(startMs, features);
  };
  return { rows, take };
}

/** The rows of a head of bars, from bars that are told one by one: none can know the next. */
export function barRows(samples: HeadSamples, series: readonly BarSeries[]): TradedRows {
  const engine = new FeatureEngine();
  const plan = planFeatures(samples.head.features);
  const rows: TradedRows = new Map();
  for (const { instrument, bars } of series) {
    engine.beginContract();
    engine.state.session.follow(instrument);
    for (const bar of bars) {
      engine.onBar(bar);
      const row = new Float32Array(samples.columns);
      if (engine.read(plan, row)) rows.set(bar.openMs + BAR_MS, row);
    }
  }
  return rows;
}

/**
 * Compares the rows of one trade date that training uses with those of trading, to the bit. What trading cannot know at that
 * moment is no feature, and what it would know sooner is stale.
 */
export function checkRows(samples: HeadSamples, tradeDate: number, traded: TradedRows): RowCheck {
  const { head, columns, features } = samples;
  const compared: { readonly at: number; readonly row: Float32Array; readonly own: Float32Array }[] = [];
  const moments = [...traded.keys()];
  for (const [at, startMs] of moments.entries()) {
    const row = rowAt(samples, startMs);
    if (row < 0 || samples.tradeDate[row] !== tradeDate) continue;
    compared.push({ at, row: features.subarray(row * columns, (row + 1) * columns), own: traded.get(startMs)! });
  }
  const differing = compared.filter(({ row, own }) => !isSameRow(row, own));
  const [first] = differing;
  const column = first ? first.row.findIndex((value, i) => !Object.is(value, first.own[i])) : -1;
  const said = (value: number) => (Number.isNaN(value) ? null : value);
  return {
    head: head.name,
    rows: compared.length,
    differing: differing.length,
    first: first
      ? {
          startMs: moments[first.at]!,
          feature: head.features[column]!,
          inSamples: said(first.row[column]!),
          inTrading: said(first.own[column]!),
        }
      : null,
    shiftRows: shiftOf(differing, [...traded.values()]),
  };
}

/** The nearest shift that explains nine in ten of the rows. */
function shiftOf(
  differing: readonly { readonly at: number; readonly row: Float32Array }[],
  traded: readonly Float32Array[],
): number | null {
  if (differing.length === 0) return null;
  const explains = (shift: number) =>
    differing.filter(({ at, row }) => traded[at + shift] !== undefined && isSameRow(row, traded[at + shift]!)).length;
  for (let distance = 1; distance <= SHIFT_ROWS_MAX; distance++)
    for (const shift of [-distance, distance]) if (explains(shift) > 0.9 * differing.length) return shift;
  return null;
}

function rowAt({ startMs, rows }: HeadSamples, ms: number): number {
  let low = 0;
  let high = rows;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startMs[middle]! < ms) low = middle + 1;
    else high = middle;
  }
  return startMs[low] === ms ? low : -1;
}

export function isOfBook({ head }: HeadSamples): boolean {
  return samplingOf(head) === 'second';
}
