import type { Config } from '../shared/config/config.js';
import type { MarketClock } from '../shared/market/clock/market-clock.js';
import type { Decision } from '../shared/model/decision/decision.js';
import { BEHIND_MS } from './behind-orders.js';
import { closeReason, isExchangeOpen } from './closing/close-reason.js';
import type { Closer } from './closing/closer.js';
import type { BestPrices } from './decide/decider.js';
import { actionFor, isOfItself } from './decide/trader.js';
import type { Halts } from './halt/halts.js';
import type { MarketHours } from './market-hours.js';
import type { AccountPosition } from './orders/account-position.js';
import type { JournalQueue } from './orders/journal-queue.js';
import type { OrderAsk } from './orders/order-ask.js';
import type { OrderDesk } from './orders/order-desk.js';
import type { Order } from './orders/order-ledger.js';
import { checkOrder } from './risk/check-order.js';
import type { Refusal, RiskContext } from './risk/rule.js';

export interface TradingDeps {
  readonly config: Pick<Config, 'risk' | 'instrument' | 'bridge'>;
  readonly clock: MarketClock;
  readonly halts: Halts;
  readonly hours: MarketHours;
  readonly desk: OrderDesk;
  readonly journal: JournalQueue;
  readonly position: AccountPosition;
  readonly closer: Closer;
  readonly bestPrices: () => BestPrices;
  /** Market ms since the last depth event of the present subscription; NaN where there is none. */
  readonly depthAgeMs: () => number;
  /** Market ms since a moment of the monotonic clock, whatever is done to the computer's clock. */
  readonly marketMsSince: (monotonicMs: number) => number;
  readonly modelVersion: () => number | null;
  readonly inRestartWindow: () => boolean;
  readonly onRefused: (decision: Decision | null, refusal: Refusal) => void;
  /** A position is held outside regular hours; null once it is not. */
  readonly onOutsideHours: (what: string | null) => void;
}

/** Refusals within this time that halt trading: the gateway and we disagree on something. */
const REFUSAL_BURST = { count: 5, withinMs: 60_000 } as const;

/** After what is written behind an order. */
const PREPARE_MS = 2 * BEHIND_MS;

/** From decisions to orders, and what must happen to orders and positions as time passes. */
export class Trading {
  private readonly ordersSentMonotonicMs: number[] = [];
  private readonly refusedMonotonicMs: number[] = [];
  private readonly placedMonotonicMs = new Map<string, number>();
  /** Halts that ask for the position to be closed, and whose lines the disk may not have taken yet. */
  private readonly askedToClose = new Set<string>();
  private lastMid = Number.NaN;
  private isClosing = false;
  private mustEnterAnew = false;

  constructor(private readonly deps: TradingDeps) {}

  /** The mid price, points: the last one known where there is none now, null before the first. */
  get mid(): number | null {
    const { bid, ask } = this.deps.bestPrices();
    if (bid < ask) return (bid + ask) / 2;
    return Number.isNaN(this.lastMid) ? null : this.lastMid;
  }

  /** Profit of the trade date, in the contract's currency; NaN while it is not known. */
  get pnlToday(): number {
    return this.ledger.pnlToday(this.mid ?? Number.NaN, this.deps.config.instrument.multiplier);
  }

  /** Why the position is being closed; null where it is not. */
  get closeReason(): string | null {
    const { sessionPhase, nowMarketMs, rthCloseMs, limits, positionContracts } = this.riskContext();
    return closeReason({
      ...{ closing: this.closing, positionContracts, accountContracts: this.deps.position.contracts },
      ...{ sessionPhase, nowMarketMs, rthCloseMs, flattenBeforeCloseSeconds: limits.flattenBeforeCloseSeconds },
    });
  }

  onDecision(decision: Decision): void {
    const { deps } = this;
    if (isOfItself(decision)) this.mustEnterAnew = false;
    this.mark();
    if (this.isClosing || deps.halts.any) return;
    const action = actionFor(decision, {
      ledger: this.ledger,
      ...deps.bestPrices(),
      modelVersion: deps.modelVersion(),
      maxOrderSizeContracts: deps.config.risk.maxOrderSizeContracts,
      mustEnterAnew: this.mustEnterAnew,
    });
    switch (action.kind) {
      case 'nothing':
        return;
      case 'cancel':
        for (const order of action.orders) deps.desk.cancel(order, action.reason);
        return;
      case 'place': {
        const placed = this.place(action.ask, this.riskContext());
        if (typeof placed !== 'string') deps.onRefused(decision, placed);
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
    this.deps.desk.rehearse(bid);
  }

  /** Everything that time brings about; called several times a second. */
  tick(): void {
    this.deps.desk.endSlotInTime();
    this.cancelOld();
    this.mark();
    this.watchLoss();
    this.deps.onOutsideHours(this.heldOutsideHours());
    const reason = this.closeReason;
    this.isClosing = reason !== null;
    if (reason === null) {
      this.deps.closer.rest();
      return;
    }
    this.mustEnterAnew = true;
    if (this.mayClose()) this.deps.closer.step(reason, () => this.mayClose());
  }

  /** A closed exchange would refuse, or keep the order for a time that nobody knows. */
  private mayClose(): boolean {
    return this.closeReason !== null && isExchangeOpen(this.deps.hours.phase(this.deps.clock.nowMs()));
  }

  isClosingFor(code: string): boolean {
    return this.closing.has(code);
  }

  private get closing(): ReadonlySet<string> {
    return new Set([...this.askedToClose, ...this.ledger.closingCodes]);
  }

  /** A halt of this code has been raised: it also closes the position. */
  close(code: string): void {
    this.askedToClose.add(code);
  }

  /** Nothing has to be closed for this halt any more: an operator has lifted it. */
  stopClosing(code: string): void {
    this.askedToClose.delete(code);
  }

  /** The account and the executions say that nothing is held. */
  onFlat(): void {
    if (this.closing.size === 0) return;
    this.askedToClose.clear();
    this.deps.journal.append({ kind: 'flat' });
  }

  /** Whether the day's loss is still beyond its limit. */
  get isLossExceeded(): boolean {
    const { pnlTodayUsd, limits } = this.riskContext();
    return pnlTodayUsd <= -limits.maxDailyLossUsd;
  }

  /** Trading was halted: what a decision had sent is taken back, and its target is forgotten. */
  cancelDecisions(reason: string): void {
    this.mustEnterAnew = true;
    for (const order of this.ledger.live())
      if (order.purpose === 'decision' && order.state !== 'cancelling') this.deps.desk.cancel(order, reason);
  }

  onOrderRefused(order: Order): void {
    const nowMs = performance.now();
    this.refusedMonotonicMs.push(nowMs);
    while (nowMs - this.refusedMonotonicMs[0]! > REFUSAL_BURST.withinMs) this.refusedMonotonicMs.shift();
    if (this.refusedMonotonicMs.length >= REFUSAL_BURST.count)
      this.deps.halts.raise(
        'reject-burst',
        `${this.refusedMonotonicMs.length} orders were refused, or ended unasked, within a minute, the last (${order.orderRef}): ${order.refusal ?? order.state}`,
      );
  }

  /** An operator has looked at the refusals. */
  forgetRefusals(): void {
    this.refusedMonotonicMs.length = 0;
  }

  /** What the closer sends: judged by what the account holds. */
  placeClosing(ask: OrderAsk, accountContracts: number): string | Refusal {
    return this.place(ask, { ...this.riskContext(), positionContracts: accountContracts });
  }

  /** Has ready what the next order needs. */
  prepare(): void {
    this.deps.desk.prepare();
  }

  /** For an order that nobody has decided yet: see `OrderDeskDeps`. */
  slotLimits(): { contractsMax: number; untilMs: number } {
    const { config, hours, clock, halts } = this.deps;
    const nowMs = clock.nowMs();
    // Of the file of another trade date, which the clock has left, it would keep the journal.
    const isOfToday = this.deps.journal.journal.date === hours.tradeDateOf(nowMs);
    const isWanted = isOfToday && hours.phase(nowMs) === 'rth' && !halts.any;
    return {
      contractsMax: config.risk.maxOrderSizeContracts,
      untilMs: isWanted ? hours.rthCloseMs(nowMs) : Number.NaN,
    };
  }

  /** About an order whose intent is on record, and counts as live already: may it be sent now? */
  recheck(ask: OrderAsk): Refusal | null {
    const context = this.riskContext();
    const isBuy = ask.side === 'BUY';
    return checkOrder(ask, {
      ...context,
      positionContracts:
        ask.purpose === 'flatten'
          ? (this.deps.position.contracts ?? context.positionContracts)
          : context.positionContracts,
      openBuyContracts: context.openBuyContracts - (isBuy ? ask.contracts : 0),
      openSellContracts: context.openSellContracts - (isBuy ? 0 : ask.contracts),
      openOrders: context.openOrders - 1,
      ordersSentWallMs: context.ordersSentWallMs.slice(0, -1),
    });
  }

  private get ledger(): JournalQueue['ledger'] {
    return this.deps.journal.ledger;
  }

  /** @returns the order's reference, or why it was not sent */
  private place(ask: OrderAsk, context: RiskContext): string | Refusal {
    const refusal = checkOrder(ask, context);
    if (refusal) return refusal;
    const orderRef = this.deps.desk.place(ask);
    setTimeout(() => this.prepare(), PREPARE_MS);
    if (orderRef === null) return { rule: 'desk', reason: 'there is no connection, or the journal cannot be written' };
    this.ordersSentMonotonicMs.push(context.nowWallMs);
    while (context.nowWallMs - this.ordersSentMonotonicMs[0]! > 60_000) this.ordersSentMonotonicMs.shift();
    this.placedMonotonicMs.set(orderRef, context.nowWallMs);
    return orderRef;
  }

  /**
   * Decisions' orders that have outlived their time; and while halted, those that a lost link or an earlier process left
   * working. An order that closes works until it is done.
   */
  private cancelOld(): void {
    const live = this.ledger.live();
    // While the link is down or reconciled an order may go on working, as it would without us.
    const isHalted = this.deps.halts.codes.some((code) => code !== 'connection');
    for (const order of live) {
      if (order.state !== 'working' || order.purpose !== 'decision') continue;
      const placedMs = this.placedMonotonicMs.get(order.orderRef);
      const isOld =
        placedMs === undefined || this.deps.marketMsSince(placedMs) > this.deps.config.bridge.orderLifetimeMs;
      if (isOld || isHalted) this.deps.desk.cancel(order, isOld ? 'older than an order may get' : 'trading is halted');
    }
    for (const orderRef of this.placedMonotonicMs.keys())
      if (!live.some((order) => order.orderRef === orderRef)) this.placedMonotonicMs.delete(orderRef);
  }

  /** Keeps the mid; a position that came into the day without a price is valued from the first one seen, once. */
  private mark(): void {
    const { journal } = this.deps;
    const { mid } = this;
    this.lastMid = mid ?? Number.NaN;
    if (!journal.ledger.lacksMark || journal.linesWaiting > 0) return;
    if (mid !== null) journal.append({ kind: 'mark', price: mid });
  }

  private watchLoss(): void {
    const { pnlTodayUsd, limits } = this.riskContext();
    if (!(pnlTodayUsd <= -limits.maxDailyLossUsd) || this.deps.halts.has('daily-loss')) return;
    this.deps.halts.raise(
      'daily-loss',
      `the day's loss is ${(-pnlTodayUsd).toFixed(2)} USD, the limit is ${limits.maxDailyLossUsd}: closing the position`,
    );
  }

  /** In plain words; null where nothing is held, or regular hours are on. */
  private heldOutsideHours(): string | null {
    const nowMs = this.deps.clock.nowMs();
    const phase = this.deps.hours.phase(nowMs);
    const held = this.deps.position.contracts || this.ledger.positionContracts;
    if (phase === 'rth' || held === 0) return null;
    return `${held} contracts are held in the ${phase} phase (${new Date(nowMs).toISOString()}): they are closed as soon as the gateway and the exchange take an order`;
  }

  /** All that the rules look at, now. */
  riskContext(): RiskContext {
    const { config, clock, halts, hours } = this.deps;
    const { ledger } = this;
    const nowMarketMs = clock.nowMs();
    const { bid, ask } = this.deps.bestPrices();
    return {
      limits: config.risk,
      tickSize: config.instrument.tickSize,
      nowMarketMs,
      depthAgeMs: this.deps.depthAgeMs(),
      bid,
      ask,
      positionContracts: ledger.positionContracts,
      isPositionExplained: this.deps.position.isExplained,
      openBuyContracts: ledger.openContracts('BUY'),
      openSellContracts: ledger.openContracts('SELL'),
      openOrders: ledger.live().length,
      ordersSentWallMs: this.ordersSentMonotonicMs,
      nowWallMs: performance.now(),
      pnlTodayUsd: this.pnlToday,
      sessionPhase: hours.phase(nowMarketMs),
      rthCloseMs: hours.rthCloseMs(nowMarketMs),
      ...{ lastOpenMs: hours.lastOpenMs, rollMs: hours.rollMs },
      haltReason: halts.sentence,
      inRestartWindow: this.deps.inRestartWindow(),
    };
  }
}
