import { Side } from '../../shared/market/events/event-batch.js';
import type { BacktestSettings } from './backtest-settings.js';
import type { OrderReport } from './own-order.js';

/** One execution. */
export interface Fill {
  /** Exchange time, ns since the epoch. */
  readonly ns: bigint;
  /** 0 where a position was closed because the data ended. */
  readonly orderId: number;
  readonly side: 'buy' | 'sell';
  readonly contracts: number;
  /** Slippage included. */
  readonly priceTicks: number;
  readonly isMaker: boolean;
  /** Held afterwards, positive long. */
  readonly positionContracts: number;
}

/** Equity at one moment: profit since the start, net of fees, the position valued at the mid. */
export interface EquityPoint {
  readonly ns: bigint;
  readonly pnl: number;
}

const POINT_EVERY_NS = 10e9;

/** Position, cash and equity of a simulation. Fed at exchange time. */
export class Account {
  readonly fills: Fill[] = [];
  readonly equity: EquityPoint[] = [];
  positionContracts = 0;
  fees = 0;
  roundTrips = 0;
  maxDrawdown = 0;
  /** Mid in force, half ticks; NaN before the first. */
  midHalfTicks = Number.NaN;
  private cashTicks = 0;
  private spreadTicks = 0;
  private highest = 0;
  private nextPointNs = Number.NEGATIVE_INFINITY;

  /** @param tickValue currency of one tick of one contract */
  constructor(
    private readonly baseNs: bigint,
    private readonly tickValue: number,
    private readonly settings: Pick<BacktestSettings, 'feePerContract' | 'slippageTicks'>,
  ) {}

  /** Profit net of fees, the position at the mid. */
  get pnl(): number {
    const heldTicks = this.positionContracts === 0 ? 0 : (this.positionContracts * this.midHalfTicks) / 2;
    return (this.cashTicks + heldTicks) * this.tickValue - this.fees;
  }

  /** What trading cost: every contract's price against the mid at that moment, and fees. */
  get costTicks(): number {
    return this.spreadTicks + this.fees / this.tickValue;
  }

  /** The market has moved. @param midHalfTicks best bid + best ask of an uncrossed book */
  mark(nowNs: number, midHalfTicks: number): void {
    const isMoved = midHalfTicks !== this.midHalfTicks;
    this.midHalfTicks = midHalfTicks;
    if (isMoved && this.positionContracts !== 0) this.watchDrawdown();
    if (nowNs < this.nextPointNs) return;
    this.nextPointNs = (Math.floor(nowNs / POINT_EVERY_NS) + 1) * POINT_EVERY_NS;
    this.point(nowNs);
  }

  fill({ order, exchNs, contracts, priceTicks, isMaker }: Omit<OrderReport, 'kind'>): void {
    this.book(exchNs, order.id, order.side, contracts, priceTicks, isMaker);
  }

  /** The data ends: what is held is closed at the other side's best price. */
  closeOut(nowNs: number, bidTicks: number, askTicks: number): void {
    const held = this.positionContracts;
    if (held === 0) return;
    const side = held > 0 ? Side.ask : Side.bid;
    this.book(nowNs, 0, side, Math.abs(held), held > 0 ? bidTicks : askTicks, false);
  }

  private book(nowNs: number, orderId: number, side: Side, contracts: number, atTicks: number, isMaker: boolean): void {
    const sign = side === Side.bid ? 1 : -1;
    const priceTicks = atTicks + (isMaker ? 0 : sign * this.settings.slippageTicks);
    const before = this.positionContracts;
    this.positionContracts += sign * contracts;
    this.cashTicks -= sign * contracts * priceTicks;
    this.spreadTicks += sign * contracts * (priceTicks - this.midHalfTicks / 2);
    this.fees += contracts * this.settings.feePerContract;
    if (before !== 0 && this.positionContracts * before <= 0) this.roundTrips++;
    this.fills.push({
      ns: this.baseNs + BigInt(nowNs),
      orderId,
      side: sign > 0 ? 'buy' : 'sell',
      ...{ contracts, priceTicks, isMaker, positionContracts: this.positionContracts },
    });
    this.watchDrawdown();
    this.point(nowNs);
  }

  private watchDrawdown(): void {
    const { pnl } = this;
    if (pnl > this.highest) this.highest = pnl;
    else if (this.highest - pnl > this.maxDrawdown) this.maxDrawdown = this.highest - pnl;
  }

  private point(nowNs: number): void {
    this.equity.push({ ns: this.baseNs + BigInt(Math.floor(nowNs)), pnl: this.pnl });
  }
}
