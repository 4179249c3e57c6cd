import type { BacktestRequest } from '../../shared/orchestration/backtest/messages.js';
import type { Reference } from '../../shared/reference.js';

export interface BacktestKey {
  /** Unique to one run of one backtest; every step repeats into the same files. */
  readonly backtestId: string;
}

export interface BacktestPlan {
  readonly instrument: string;
  readonly synthetic: boolean;
  /** Whose heads decide. */
  readonly release: string;
  readonly tradeDates: readonly string[];
  /** Files of each day, the settings and the release with its hash: what every day is run with. */
  readonly plan: Reference;
}

export interface DaySummary {
  readonly tradeDate: string;
  readonly trades: number;
  /** Currency, net of fees. */
  readonly pnl: number;
  readonly digest: string;
  readonly result: Reference;
}

export interface BacktestResult {
  readonly instrument: string;
  readonly synthetic: boolean;
  readonly release: string;
  readonly days: number;
  readonly trades: number;
  readonly pnl: number;
  readonly fees: number;
  readonly fillRate: number | null;
  readonly maxDrawdown: number;
  /** The same as that of `believe backtest` over the same days, one after the other. */
  readonly digest: string;
  readonly summary: Reference;
  readonly report: Reference;
}

export interface BacktestActivities {
  planBacktest(ask: BacktestKey & { request: BacktestRequest }): Promise<BacktestPlan>;
  backtestDay(ask: BacktestKey & { plan: BacktestPlan; tradeDate: string }): Promise<DaySummary>;
  concludeBacktest(ask: BacktestKey & { plan: BacktestPlan; days: readonly DaySummary[] }): Promise<BacktestResult>;
}
