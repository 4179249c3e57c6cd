import type { Market, MarketListener } from '../market/market.js';
import {
  type Fill,
  fillFromTrade,
  fillsFromBook,
  type Matchable,
  queueShownAt,
  type Taken,
  updateQueue,
} from './matching.js';
import { type Order, remainingOf } from './order.js';

/** What the exchange tells the order desk. */
export interface ExchangeEvents {
  onFill(order: Order, fill: Fill): void;
  onTriggered(order: Order): void;
}

interface TakenBySide {
  readonly BUY: Taken;
  readonly SELL: Taken;
}

/**
 * Works orders against one replayed market. Without market impact every order sees the tape's whole book, and takes
 * what a level shows at most once until the tape touches that level again.
 */
export class Exchange implements MarketListener {
  readonly #working: Order[] = [];
  readonly #ownTaken = new Map<Order, TakenBySide>();
  readonly #sharedTaken: TakenBySide = { BUY: new Map<number, number>(), SELL: new Map<number, number>() };

  constructor(
    private readonly market: Market,
    private readonly hasImpact: boolean,
    private readonly events: ExchangeEvents,
  ) {}

  /** Takes an order on, and at once fills what can be filled. */
  accept(order: Order): void {
    this.#working.push(order);
    this.#ownTaken.set(order, { BUY: new Map(), SELL: new Map() });
    this.requeue(order);
  }

  /** The order goes to the back of the queue at its price, after a change; one that is not worked here yet does nothing. */
  requeue(order: Order): void {
    if (order.workingAs === 'stop' || !this.#ownTaken.has(order)) return;
    order.queueAhead = Number.POSITIVE_INFINITY;
    this.#take(order, false);
    if (remainingOf(order) > 0) order.queueAhead = queueShownAt(matchable(order), this.market.book);
  }

  release(order: Order): void {
    const at = this.#working.indexOf(order);
    if (at >= 0) this.#working.splice(at, 1);
    this.#ownTaken.delete(order);
  }

  /** Contracts that a fill-or-kill order could have now. */
  available(order: Order): number {
    return fillsFromBook(matchable(order), this.market.book, new Map(), false).reduce(
      (sum, fill) => sum + fill.size,
      0,
    );
  }

  onDepth(_operation: number, _side: number, _position: number, priceTicks: number): void {
    forget(this.#sharedTaken, priceTicks);
    for (const taken of this.#ownTaken.values()) forget(taken, priceTicks);
  }

  onBook(): void {
    if (this.#working.length === 0) return;
    for (const order of this.#resting()) {
      const view = matchable(order);
      updateQueue(view, this.market.book);
      order.queueAhead = view.queueAhead;
      this.#take(order, true);
    }
  }

  onTrade(priceTicks: number, size: number, aggressorIsBuyer: boolean | undefined): void {
    if (this.#working.length === 0) return;
    for (const order of [...this.#working])
      if (order.workingAs === 'stop' && isTriggered(order, priceTicks)) this.#trigger(order);
    let left = size;
    for (const order of this.#resting()) {
      const view = matchable(order);
      const filled = fillFromTrade(view, priceTicks, left, aggressorIsBuyer);
      order.queueAhead = view.queueAhead;
      if (filled === 0) continue;
      if (this.hasImpact) left -= filled;
      this.events.onFill(order, { priceTicks: order.limitTicks!, size: filled, liquidity: 1 });
    }
  }

  onReset(): void {
    for (const order of this.#working) order.queueAhead = Number.POSITIVE_INFINITY;
  }

  #resting(): Order[] {
    return this.#working.filter((order) => order.workingAs !== 'stop').sort((a, b) => a.arrival - b.arrival);
  }

  #trigger(order: Order): void {
    order.workingAs = order.limitTicks === undefined ? 'market' : 'limit';
    this.events.onTriggered(order);
    this.requeue(order);
  }

  #take(order: Order, isResting: boolean): void {
    const taken = (this.hasImpact ? this.#sharedTaken : this.#ownTaken.get(order)!)[order.side];
    for (const fill of fillsFromBook(
      matchable(order),
      this.market.book,
      taken,
      isResting && order.workingAs === 'limit',
    )) {
      if (remainingOf(order) === 0) break;
      this.events.onFill(order, fill);
    }
  }
}

function forget(taken: TakenBySide, priceTicks: number): void {
  taken.BUY.delete(priceTicks);
  taken.SELL.delete(priceTicks);
}

function matchable(order: Order): Matchable {
  const limitTicks = order.workingAs === 'market' ? undefined : order.limitTicks;
  return { side: order.side, limitTicks, remaining: remainingOf(order), queueAhead: order.queueAhead };
}

function isTriggered(order: Order, tradeTicks: number): boolean {
  if (order.stopTicks === undefined) return false;
  return order.side === 'BUY' ? tradeTicks >= order.stopTicks : tradeTicks <= order.stopTicks;
}
