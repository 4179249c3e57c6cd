import { createHash } from 'node:crypto';
import type { BacktestDay } from './backtest-day.js';
import type { Markout } from './markouts.js';

/** Several days together. Money in the instrument's currency, net unless it says otherwise. */
export interface BacktestSummary {
  readonly instrument: string;
  readonly synthetic: boolean;
  readonly days: number;
  readonly events: number;
  readonly decisions: number;
  /** Made when two captures do not agree, and left out; 0 where nobody asked for that. */
  readonly doubtfulDecisions: number;
  readonly orders: number;
  /** Executions. */
  readonly trades: number;
  readonly roundTrips: number;
  readonly pnl: number;
  readonly fees: number;
  /** Contracts got / contracts asked for by decisions; null where none was asked for. */
  readonly fillRate: number | null;
  /** Share of the executed contracts that rested. */
  readonly makerShare: number | null;
  readonly markouts: readonly Markout[];
  readonly maxDrawdown: number;
  /** sha256 over the days' digests, in order of date: the same whether days ran in sequence or side by side. */
  readonly digest: string;
}

export function summarise(unordered: readonly BacktestDay[]): BacktestSummary {
  const days = inOrder(unordered);
  const sum = (value: (day: BacktestDay) => number) => days.reduce((total, day) => total + value(day), 0);
  const fills = days.flatMap((day) => day.fills);
  const contracts = fills.reduce((total, fill) => total + fill.contracts, 0);
  const ordered = sum((day) => day.orderedContracts);
  const hash = createHash('sha256');
  for (const { tradeDate, digest } of days) hash.update(`${tradeDate} ${digest}\n`);
  return {
    instrument: days[0]?.instrument ?? '',
    synthetic: days.some((day) => day.synthetic),
    days: days.length,
    events: sum((day) => day.events),
    decisions: sum((day) => day.decisions),
    doubtfulDecisions: sum((day) => day.doubtfulDecisions ?? 0),
    orders: sum((day) => day.orders),
    trades: fills.length,
    roundTrips: sum((day) => day.roundTrips),
    pnl: cents(sum((day) => day.pnl)),
    fees: cents(sum((day) => day.fees)),
    fillRate: ordered === 0 ? null : sum((day) => day.filledContracts) / ordered,
    makerShare:
      contracts === 0
        ? null
        : fills.reduce((total, fill) => total + (fill.isMaker ? fill.contracts : 0), 0) / contracts,
    markouts: mergeMarkouts(days),
    maxDrawdown: cents(drawdownOf(days)),
    digest: hash.digest('hex'),
  };
}

/** By trade date: the order in which money is made, whatever the order in which days were computed. */
export function inOrder(days: readonly BacktestDay[]): BacktestDay[] {
  return [...days].sort((a, b) => (a.tradeDate < b.tradeDate ? -1 : 1));
}

/** Largest fall of the equity: within a day at every event, across days at their recorded points. */
function drawdownOf(days: readonly BacktestDay[]): number {
  let before = 0;
  let highest = 0;
  let worst = 0;
  for (const { equity, pnl, maxDrawdown } of days) {
    worst = Math.max(worst, maxDrawdown);
    for (const point of equity) {
      highest = Math.max(highest, before + point.pnl);
      worst = Math.max(worst, highest - before - point.pnl);
    }
    before += pnl;
  }
  return worst;
}

function mergeMarkouts(days: readonly BacktestDay[]): Markout[] {
  return (days[0]?.markouts ?? []).map(({ seconds }, horizon) => {
    const all = days.map((day) => day.markouts[horizon]!);
    const contracts = all.reduce((total, one) => total + one.contracts, 0);
    const ticks = all.reduce((total, one) => total + one.contracts * (one.meanTicks ?? 0), 0);
    return { seconds, contracts, meanTicks: contracts === 0 ? null : ticks / contracts };
  });
}

/** Sums of money without the dust of binary fractions. */
function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}
