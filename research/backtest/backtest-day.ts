import { createHash } from 'node:crypto';
import { Failure } from '../../shared/failure.js';
import { calendarOfInstrument } from '../../shared/market/calendar/product-calendars.js';
import type { Bar } from '../../shared/market/events/bar.js';
import { isSynthetic } from '../../shared/market/events/depth-header.js';
import { type EventBatch, Side } from '../../shared/market/events/event-batch.js';
import type { Decision } from '../../shared/model/decision/decision.js';
import { DecisionPipeline } from '../../shared/model/decision/decision-pipeline.js';
import type { EventStream } from '../replay/event-stream.js';
import type { ReplayHeads } from '../replay/load-heads.js';
import { mergeStreams } from '../replay/merge-streams.js';
import { type TimeSpan, TrustedTimes } from '../samples/trusted-times.js';
import { Account, type EquityPoint, type Fill } from './account.js';
import type { BacktestSettings } from './backtest-settings.js';
import { DecisionTrader, type TimedDecision, type TradingHours } from './decision-trader.js';
import { EventTape } from './event-tape.js';
import { latencyOf } from './latency.js';
import { type Markout, Markouts } from './markouts.js';
import { OrderSimulation } from './order-simulation.js';
import { queueModelOf } from './queue-model.js';

export interface BacktestDay {
  readonly tradeDate: string;
  readonly instrument: string;
  readonly synthetic: boolean;
  readonly events: number;
  readonly decisions: number;
  /** Of these, made when two captures do not agree: they wanted no position, whatever the heads said. */
  readonly doubtfulDecisions: number;
  readonly orders: number;
  readonly orderedContracts: number;
  /** Contracts that decisions asked for and got. */
  readonly filledContracts: number;
  readonly roundTrips: number;
  /** Currency, net of fees. */
  readonly pnl: number;
  readonly fees: number;
  /** Of every contract: its price against the mid at that moment, and fees. */
  readonly costTicks: number;
  readonly maxDrawdown: number;
  readonly markouts: readonly Markout[];
  readonly fills: readonly Fill[];
  readonly equity: readonly EquityPoint[];
  /** sha256 over every decision and every fill. */
  readonly digest: string;
}

export interface DayInput {
  readonly tradeDate: string;
  /** Files of this trade date. */
  readonly streams: readonly EventStream[];
  /** 5-minute bars that had closed before the first event, in order: they warm the bar features up. */
  readonly warmUp: (firstNs: bigint) => Promise<readonly Bar[]>;
  readonly release: ReplayHeads;
  readonly settings: BacktestSettings;
  /** Nothing is held at these times. */
  readonly doubtful?: readonly TimeSpan[] | undefined;
  readonly onDecision?: ((decision: Decision) => void) | undefined;
  readonly onProgress?: ((events: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One trade date, from its first event to its last: decisions by the production pipeline, orders by the simulation. The
 * day begins and ends flat and needs nothing from the day before but bars, so that days can be run in any order.
 * @throws BadInput; NoSession where the date has no regular hours but the settings ask for them
 */
export async function backtestDay(input: DayInput): Promise<BacktestDay> {
  const day = new DayRun(input);
  for (const bar of await input.warmUp(day.firstNs)) day.pipeline.onBar(bar);
  for await (const { batch, begins } of mergeStreams(input.streams)) {
    input.signal?.throwIfAborted();
    if (begins) day.beginStream(batch);
    await day.take(batch);
    input.onProgress?.(day.events);
  }
  return day.end();
}

class DayRun {
  readonly pipeline: DecisionPipeline;
  readonly firstNs: bigint;
  events = 0;
  private readonly tape: EventTape;
  private readonly trader: DecisionTrader;
  private readonly simulation: OrderSimulation;
  private readonly account: Account;
  private readonly markouts = new Markouts();
  private readonly trusted: TrustedTimes;
  private doubtfulDecisions = 0;
  private rows = 0;
  private nowNs = 0;

  constructor(private readonly input: DayInput) {
    const { streams, settings, release, doubtful } = input;
    this.trusted = new TrustedTimes(doubtful);
    const { header } = streams[0]!;
    this.firstNs = streams.reduce((least, one) => (one.firstNs < least ? one.firstNs : least), streams[0]!.firstNs);
    this.pipeline = new DecisionPipeline(header.tickSize);
    this.pipeline.swapHeads(release.heads);
    this.tape = new EventTape(this.firstNs, latencyOf(settings.feedLatency, 1));
    this.trader = new DecisionTrader(settings, hoursOf(header.instrument, input.tradeDate, settings, this.tape.baseNs));
    this.account = new Account(this.tape.baseNs, header.tickSize * header.multiplier, settings);
    const models = {
      levels: header.levels,
      queue: queueModelOf(settings.queue),
      entry: latencyOf(settings.entryLatency, 2),
      response: latencyOf(settings.responseLatency, 3),
      onFill: (fill: Parameters<Account['fill']>[0]) => this.fill(fill),
    };
    this.simulation = new OrderSimulation(this.tape, models, this.trader, ({ bidTicks, askTicks }, nowNs) =>
      this.mark(nowNs, bidTicks, askTicks),
    );
  }

  beginStream(next: EventBatch): void {
    this.pipeline.beginStream();
    this.tape.appendReset(next);
    this.rows++;
  }

  /** Decides on the whole batch first: what is decided in it reaches the exchange within it. */
  async take(batch: EventBatch): Promise<void> {
    const { state } = this.pipeline;
    const due: Promise<TimedDecision>[] = [];
    for (let i = 0; i < batch.length; i++) {
      const decision = this.pipeline.onEvent(batch, i);
      if (decision === null) continue;
      const eventIndex = this.rows + i;
      const isTrusted = this.isTrusted(batch, i);
      const [bidTicks, askTicks] = state.isSettled ? [state.bidTicks, state.askTicks] : [Number.NaN, Number.NaN];
      due.push(
        Promise.resolve(decision).then((made) => {
          this.input.onDecision?.(made);
          const targetContracts = isTrusted ? made.targetContracts : 0;
          return { eventIndex, targetContracts, bidTicks, askTicks };
        }),
      );
    }
    this.trader.expect(await Promise.all(due));
    this.tape.append(batch, false);
    this.rows += batch.length;
    this.events += batch.length;
    this.simulation.run(false);
  }

  end(): BacktestDay {
    this.simulation.run(true);
    const { exchange } = this.simulation;
    const { account, trader, input } = this;
    account.closeOut(this.nowNs, exchange.bidTicks, exchange.askTicks);
    const { decisions, sha256 } = this.pipeline.digest();
    const { header } = input.streams[0]!;
    const { fills, equity, fees, pnl, costTicks, maxDrawdown, roundTrips } = account;
    return {
      tradeDate: input.tradeDate,
      instrument: header.instrument,
      synthetic: input.release.synthetic || input.streams.some((stream) => isSynthetic(stream.header)),
      events: this.events,
      decisions,
      doubtfulDecisions: this.doubtfulDecisions,
      orders: trader.orders,
      orderedContracts: trader.orderedContracts,
      filledContracts: trader.filledContracts,
      ...{ roundTrips, pnl, fees, costTicks, maxDrawdown, fills, equity },
      markouts: this.markouts.results(),
      digest: digestOf(sha256, fills),
    };
  }

  private isTrusted(batch: EventBatch, i: number): boolean {
    const atMs = Number(batch.baseNs / 1_000_000n) + batch.tsRecvNs[i]! / 1e6;
    const isTrusted = this.trusted.covers(atMs, atMs);
    if (!isTrusted) this.doubtfulDecisions++;
    return isTrusted;
  }

  private mark(nowNs: number, bidTicks: number, askTicks: number): void {
    this.nowNs = nowNs;
    this.markouts.advance(nowNs, this.account.midHalfTicks);
    if (bidTicks < askTicks) this.account.mark(nowNs, bidTicks + askTicks);
  }

  private fill(fill: Parameters<Account['fill']>[0]): void {
    const sign = fill.order.side === Side.bid ? 1 : -1;
    this.account.fill(fill);
    this.markouts.fill(fill.exchNs, sign, fill.contracts, fill.priceTicks);
  }
}

/** Regular hours until some time before their end, ns after the base. */
function hoursOf(instrument: string, tradeDate: string, settings: BacktestSettings, baseNs: bigint): TradingHours {
  if (settings.session === 'all') return { openNs: Number.NEGATIVE_INFINITY, flatNs: Number.POSITIVE_INFINITY };
  const session = calendarOfInstrument(instrument).rthSessionOf(tradeDate);
  if (session === null) throw new NoSession(tradeDate);
  const after = (ms: number) => Number(BigInt(ms) * 1_000_000n - baseNs);
  const flatMs = session.rthCloseMs - Math.round(settings.flattenBeforeCloseSeconds * 1000);
  return { openNs: after(session.rthOpenMs), flatNs: after(flatMs) };
}

class NoSession extends Failure {
  constructor(tradeDate: string) {
    super(
      'NoSession',
      `${tradeDate} has no regular hours`,
      'leave the date out, or trade all hours with --session all',
    );
  }
}

function digestOf(decisionsSha256: string, fills: readonly Fill[]): string {
  const hash = createHash('sha256').update(decisionsSha256);
  for (const { ns, orderId, side, contracts, priceTicks, isMaker } of fills)
    hash.update(`\n${ns} ${orderId} ${side} ${contracts} ${priceTicks} ${isMaker ? 'maker' : 'taker'}`);
  return hash.digest('hex');
}
