import { Side } from '../../shared/market/events/event-batch.js';
import type { BacktestSettings } from './backtest-settings.js';
import type { OrderDesk, Strategy } from './order-simulation.js';
import type { OrderReport, OwnOrder } from './own-order.js';

/** A decision, and the best prices that were known when it was made. */
export interface TimedDecision {
  /** Number of the event after which it was made, counted from 0. */
  readonly eventIndex: number;
  readonly targetContracts: number;
  /** NaN without a settled book. */
  readonly bidTicks: number;
  readonly askTicks: number;
}

/** When orders may be sent, ns after the simulation's base. */
export interface TradingHours {
  readonly openNs: number;
  /** From here on nothing is held. */
  readonly flatNs: number;
}

/**
 * Turns decisions into orders as the bridge does (bridge/decide/trader.ts): one order at a time; while one is live the
 * only question is whether it still leads to the target. Old orders are taken back, and before the close everything is.
 */
export class DecisionTrader implements Strategy {
  positionContracts = 0;
  /** Contracts asked for by decisions, and those that they got. */
  orderedContracts = 0;
  filledContracts = 0;
  orders = 0;
  private readonly decisions: TimedDecision[] = [];
  private nextDecision = 0;
  private events = 0;
  private due: TimedDecision | null = null;
  private live: OwnOrder | null = null;
  private isFlattening = false;

  constructor(
    private readonly settings: BacktestSettings,
    private readonly hours: TradingHours,
  ) {}

  /** Decisions of events that will be heard of later. */
  expect(decisions: readonly TimedDecision[]): void {
    this.decisions.splice(0, this.nextDecision);
    this.nextDecision = 0;
    this.decisions.push(...decisions);
  }

  onEvent(): void {
    if (this.decisions[this.nextDecision]?.eventIndex === this.events) this.due = this.decisions[this.nextDecision++]!;
    this.events++;
  }

  onReport({ order, kind, contracts }: OrderReport): void {
    if (kind === 'filled') {
      this.positionContracts += order.side === Side.bid ? contracts : -contracts;
      if (!this.isFlattening) this.filledContracts += contracts;
    }
    if (order.known === 'done' && order === this.live) this.live = null;
  }

  onMoment(nowNs: number, desk: OrderDesk): void {
    if (nowNs >= this.hours.flatNs) this.flatten(desk);
    else if (this.due !== null && nowNs >= this.hours.openNs) this.follow(this.due, desk);
    else if (this.live !== null) this.cancelOld(nowNs, this.live, desk);
    this.due = null;
  }

  private follow({ targetContracts, bidTicks, askTicks }: TimedDecision, desk: OrderDesk): void {
    const { live } = this;
    if (live !== null) {
      const left = live.contracts - live.knownFilled;
      const reached = this.positionContracts + (live.side === Side.bid ? left : -left);
      if (reached !== targetContracts) desk.cancel(live);
      return;
    }
    const missing = targetContracts - this.positionContracts;
    if (missing === 0 || !(bidTicks < askTicks)) return;
    const side = missing > 0 ? Side.bid : Side.ask;
    const contracts = Math.min(Math.abs(missing), this.settings.maxOrderContracts);
    this.orderedContracts += contracts;
    this.place(desk, side, contracts, this.limitFor(side, bidTicks, askTicks));
  }

  private limitFor(side: Side, bidTicks: number, askTicks: number): number | null {
    switch (this.settings.entry) {
      case 'market':
        return null;
      case 'cross':
        return side === Side.bid ? askTicks : bidTicks;
      case 'limit':
        return side === Side.bid ? bidTicks : askTicks;
    }
  }

  private cancelOld(nowNs: number, live: OwnOrder, desk: OrderDesk): void {
    if (nowNs - live.sentNs > this.settings.orderLifetimeMs * 1e6) desk.cancel(live);
  }

  /** One step towards flat: first no live order, then one market order for what is left. */
  private flatten(desk: OrderDesk): void {
    if (this.live !== null) desk.cancel(this.live);
    if (this.live !== null || this.positionContracts === 0) return;
    this.isFlattening = true;
    const side = this.positionContracts > 0 ? Side.ask : Side.bid;
    this.place(desk, side, Math.min(Math.abs(this.positionContracts), this.settings.maxOrderContracts), null);
  }

  private place(desk: OrderDesk, side: Side, contracts: number, limitTicks: number | null): void {
    this.orders++;
    this.live = desk.place({ side, limitTicks, contracts, postOnly: false });
  }
}
