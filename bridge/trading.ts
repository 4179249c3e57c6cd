import type { MarketClock } from '../shared/clock/market-clock.js';
import type { Config } from '../shared/config/config.js';
import type { Decision } from '../shared/decision/decision.js';
import type { BestPrices } from './decide/decider.js';
import { actionFor } from './decide/trader.js';
import type { Halts } from './halt/halts.js';
import type { MarketHours } from './market-hours.js';
import type { OrderAsk, OrderDesk } from './orders/order-desk.js';
import type { Order, OrderLedger } from './orders/order-ledger.js';
import { checkOrder } from './risk/check-order.js';
import type { Refusal, RiskContext } from './risk/rule.js';

export interface TradingDeps {
  readonly config: Pick<Config, 'risk' | 'instrument' | 'bridge'>;
  readonly clock: MarketClock;
  readonly halts: Halts;
  readonly hours: MarketHours;
  readonly desk: OrderDesk;
  readonly ledger: () => OrderLedger;
  readonly bestPrices: () => BestPrices;
  /** Market ms of the last market event; NaN before the first. */
  readonly lastDataMarketMs: () => number;
  readonly modelVersion: () => number | null;
  readonly inRestartWindow: () => boolean;
  readonly onRefused: (decision: Decision | null, refusal: Refusal) => void;
}

/** Rejections within this time that halt trading: the gateway and we disagree on something. */
const REJECT_BURST = { count: 5, withinMs: 60_000 } as const;

/** From decisions to orders, and what must happen to orders and positions as time passes. */
export class Trading {
  private readonly ordersSentWallMs: number[] = [];
  private readonly rejectedWallMs: number[] = [];
  private readonly placedMarketMs = new Map<string, number>();
  private lastMid = Number.NaN;
  private isFlattening = false;

  constructor(private readonly deps: TradingDeps) {}

  /** Last known mid price, points; null before the first. */
  get mid(): number | null {
    return Number.isNaN(this.lastMid) ? null : this.lastMid;
  }

  /** Profit of the trade date, in the contract's currency; NaN while no price is known. */
  get pnlToday(): number {
    return this.deps.ledger().pnlToday(this.lastMid, this.deps.config.instrument.multiplier);
  }

  onDecision(decision: Decision): void {
    const { deps } = this;
    if (this.isFlattening || deps.halts.any) return;
    const action = actionFor(decision, {
      ledger: deps.ledger(),
      ...deps.bestPrices(),
      modelVersion: deps.modelVersion(),
      maxOrderSizeContracts: deps.config.risk.maxOrderSizeContracts,
    });
    switch (action.kind) {
      case 'nothing':
        return;
      case 'cancel':
        for (const order of action.orders) deps.desk.cancel(order, action.reason);
        return;
      case 'place': {
        const refusal = this.place(action.ask);
        if (refusal) deps.onRefused(decision, refusal);
        return;
      }
    }
  }

  /** Asks the risk rules about an order that nobody wants to send: see `Rehearsal`. */
  rehearse(): void {
    const { bid } = this.deps.bestPrices();
    checkOrder(
      {
        ...{ side: 'BUY', contracts: 1, orderType: 'LMT', limitPrice: bid, purpose: 'decision' },
        ...{ modelVersion: null, eventSeq: null },
      },
      this.riskContext(),
    );
  }

  /** Everything that time brings about; called several times a second. */
  tick(): void {
    this.cancelOld();
    this.watchLoss();
    if (this.isFlattening || this.mustBeFlat()) this.flattenStep();
  }

  /** Cancels everything and closes the position, also while trading is halted. */
  startFlatten(): void {
    this.isFlattening = true;
    this.flattenStep();
  }

  /** @returns whether there is neither a position nor a live order; then flattening has ended */
  finishFlattenIfFlat(): boolean {
    const ledger = this.deps.ledger();
    const isFlat = ledger.positionContracts === 0 && ledger.live().length === 0;
    if (isFlat) this.isFlattening = false;
    return isFlat;
  }

  /** Trading was halted: what a decision had sent is taken back. */
  cancelDecisions(reason: string): void {
    for (const order of this.deps.ledger().live())
      if (order.purpose === 'decision' && order.state !== 'cancelling') this.deps.desk.cancel(order, reason);
  }

  onRejected(order: Order, code: number, text: string): void {
    const nowMs = performance.now();
    this.rejectedWallMs.push(nowMs);
    while (nowMs - this.rejectedWallMs[0]! > REJECT_BURST.withinMs) this.rejectedWallMs.shift();
    if (this.rejectedWallMs.length >= REJECT_BURST.count)
      this.deps.halts.raise(
        'reject-burst',
        `${this.rejectedWallMs.length} orders were rejected within a minute, the last (${order.orderRef}): ${code} ${text}`,
      );
  }

  /** An operator has looked at the rejections. */
  forgetRejections(): void {
    this.rejectedWallMs.length = 0;
  }

  private place(ask: OrderAsk): Refusal | null {
    const context = this.riskContext();
    const refusal = checkOrder(ask, context);
    if (refusal) return refusal;
    const orderRef = this.deps.desk.place(ask);
    if (orderRef === null) return { rule: 'desk', reason: 'there is no connection, or the journal cannot be written' };
    this.ordersSentWallMs.push(context.nowWallMs);
    while (context.nowWallMs - this.ordersSentWallMs[0]! > 60_000) this.ordersSentWallMs.shift();
    this.placedMarketMs.set(orderRef, context.nowMarketMs);
    return null;
  }

  /** Orders that have outlived their time; and while halted, those that a lost link or an earlier process left working. */
  private cancelOld(): void {
    const nowMs = this.deps.clock.nowMs();
    const live = this.deps.ledger().live();
    // While the link is down or reconciled an order may go on working, as it would without us.
    const isHalted = this.deps.halts.codes.some((code) => code !== 'connection');
    for (const order of live) {
      if (order.state !== 'working') continue;
      const placedMs = this.placedMarketMs.get(order.orderRef);
      const isOld = placedMs === undefined || nowMs - placedMs > this.deps.config.bridge.orderLifetimeMs;
      if (isOld || (isHalted && order.purpose === 'decision'))
        this.deps.desk.cancel(order, isOld ? 'older than an order may get' : 'trading is halted');
    }
    for (const orderRef of this.placedMarketMs.keys())
      if (!live.some((order) => order.orderRef === orderRef)) this.placedMarketMs.delete(orderRef);
  }

  private watchLoss(): void {
    const { pnlTodayUsd, limits } = this.riskContext();
    if (!(pnlTodayUsd <= -limits.maxDailyLossUsd) || this.deps.halts.has('daily-loss')) return;
    this.deps.halts.raise(
      'daily-loss',
      `the day's loss is ${(-pnlTodayUsd).toFixed(2)} USD, the limit is ${limits.maxDailyLossUsd}: closing the position`,
    );
    this.startFlatten();
  }

  /** Shortly before regular hours end, whatever the heads say. */
  private mustBeFlat(): boolean {
    const { sessionPhase: phase, nowMarketMs, rthCloseMs, limits, positionContracts } = this.riskContext();
    return (
      positionContracts !== 0 && phase === 'rth' && rthCloseMs - nowMarketMs <= limits.flattenBeforeCloseSeconds * 1000
    );
  }

  /** One step towards flat: first no live order, then one market order for what is left. */
  private flattenStep(): void {
    const ledger = this.deps.ledger();
    const live = ledger.live();
    if (live.length > 0) {
      for (const order of live)
        if (order.purpose !== 'flatten' && (order.state === 'working' || order.state === 'sent'))
          this.deps.desk.cancel(order, 'flattening');
      return;
    }
    const position = ledger.positionContracts;
    if (position === 0 || this.deps.halts.has('connection')) return;
    const contracts = Math.min(Math.abs(position), this.deps.config.risk.maxOrderSizeContracts);
    const side = position > 0 ? 'SELL' : 'BUY';
    const refusal = this.place({
      ...{ side, contracts, orderType: 'MKT', limitPrice: null, purpose: 'flatten' },
      ...{ modelVersion: null, eventSeq: null },
    });
    if (refusal) this.deps.onRefused(null, refusal);
  }

  /** All that the rules look at, now. */
  riskContext(): RiskContext {
    const { config, clock, halts, hours } = this.deps;
    const ledger = this.deps.ledger();
    const nowMarketMs = clock.nowMs();
    const { bid, ask } = this.deps.bestPrices();
    if (bid < ask) this.lastMid = (bid + ask) / 2;
    return {
      limits: config.risk,
      tickSize: config.instrument.tickSize,
      nowMarketMs,
      lastDataMarketMs: this.deps.lastDataMarketMs(),
      bid,
      ask,
      positionContracts: ledger.positionContracts,
      openBuyContracts: ledger.openContracts('BUY'),
      openSellContracts: ledger.openContracts('SELL'),
      openOrders: ledger.live().length,
      ordersSentWallMs: this.ordersSentWallMs,
      nowWallMs: performance.now(),
      pnlTodayUsd: this.pnlToday,
      sessionPhase: hours.phase(nowMarketMs),
      rthCloseMs: hours.rthCloseMs(nowMarketMs),
      lastOpenMs: hours.lastOpenMs,
      haltReason: halts.sentence,
      inRestartWindow: this.deps.inRestartWindow(),
    };
  }
}
