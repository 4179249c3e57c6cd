import type { Bar } from '../../../shared/market/events/bar.js';
import { BAR_MS } from '../../../shared/market/events/bar.js';
import type { Decision } from '../../../shared/model/decision/decision.js';
import type { HeadSamples } from '../../../shared/model/heads/head.js';
import type { HeadSet } from '../../../shared/model/heads/head-set.js';
import { type BacktestDay, backtestDay } from '../../backtest/backtest-day.js';
import type { BacktestSettings } from '../../backtest/backtest-settings.js';
import type { EventStream } from '../../replay/event-stream.js';
import type { BarSeries } from '../../samples/bar-samples.js';
import type { PolicyDay, PolicyRun, RowCheck } from '../policy-day.js';
import { dateText } from '../wording.js';
import { barRows, checkRows, isOfBook, keepRows, type TradedRows } from './check-rows.js';
import { recut } from './recut.js';

export interface DayToTrade {
  readonly tradeDate: number;
  readonly tradedBy: PolicyDay['tradedBy'];
  /** Of this trade date. */
  readonly streams: readonly EventStream[];
  /** Bars of the training set: those that had closed before the first event warm the bar features up. */
  readonly bars: readonly BarSeries[];
  /** One for each seed; of files there is one. */
  readonly candidate: readonly HeadSet[];
  readonly prior: readonly HeadSet[] | null;
  /** What the candidate was trained on, whole: the rows of this date are compared with those of trading. */
  readonly samples: readonly HeadSamples[];
  readonly settings: BacktestSettings;
  /** Currency of one tick of one contract. */
  readonly tickValue: number;
  readonly onProgress?: (events: number) => void;
  readonly signal?: AbortSignal;
}

/** Trades one date by every model of both arms, and compares the rows of training with those that the first one saw. @throws BadInput, NoSession */
export async function tradeDay(ask: DayToTrade): Promise<PolicyDay> {
  const { tradeDate, tradedBy, samples } = ask;
  const kept = keepRows(samples.filter(isOfBook));
  const candidate: PolicyRun[] = [];
  for (const [seed, heads] of ask.candidate.entries())
    candidate.push(
      seed === 0
        ? await runOf(
            { ...ask, streams: ask.streams.map((stream, at) => recut(stream, tradeDate + at)) },
            heads,
            kept.take,
          )
        : await runOf(ask, heads),
    );
  const prior = ask.prior === ask.candidate ? candidate : ask.prior && (await runsOf(ask, ask.prior));
  return { tradeDate, tradedBy, candidate, prior, rowChecks: checksOf(ask, kept.rows) };
}

async function runsOf(ask: DayToTrade, models: readonly HeadSet[]): Promise<PolicyRun[]> {
  const runs: PolicyRun[] = [];
  for (const heads of models) runs.push(await runOf(ask, heads));
  return runs;
}

async function runOf(ask: DayToTrade, heads: HeadSet, onDecision?: (decision: Decision) => void): Promise<PolicyRun> {
  const { tradeDate, streams, bars, settings, onProgress, signal } = ask;
  const day = await backtestDay({
    tradeDate: dateText(tradeDate),
    streams,
    warmUp: async (firstNs) => closedBefore(bars, firstNs),
    release: { heads, name: 'candidate', sha256: null, synthetic: false },
    settings,
    onDecision,
    onProgress,
    signal,
  });
  return inTicks(day, ask.tickValue);
}

function checksOf({ samples, tradeDate, bars }: DayToTrade, seen: ReadonlyMap<string, TradedRows>) {
  return samples.map((one): RowCheck => {
    const traded = isOfBook(one) ? seen.get(one.head.name)! : barRows(one, bars);
    return checkRows(one, tradeDate, traded);
  });
}

/** Bars that trading would have known before the first event. */
function closedBefore(series: readonly BarSeries[], firstNs: bigint): Bar[] {
  const untilMs = Number(firstNs / 1_000_000n);
  return series.flatMap(({ bars }) => bars.filter(({ openMs }) => openMs + BAR_MS <= untilMs));
}

function inTicks({ roundTrips, pnl, costTicks }: BacktestDay, tickValue: number): PolicyRun {
  const netTicks = pnl / tickValue;
  return { trades: roundTrips, grossTicks: netTicks + costTicks, costTicks, netTicks };
}
