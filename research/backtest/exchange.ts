import { Book } from '../../shared/market/book/book.js';
import { DepthOperation, type EventBatch, EventKind, Side } from '../../shared/market/events/event-batch.js';
import type { OrderReport, OwnOrder } from './own-order.js';
import type { QueueModel } from './queue-model.js';

/**
 * Matches own orders against a recorded market, which does not notice them. docs/backtest.md says what that assumes.
 *
 * A resting order is filled in full where the market goes through its price (the other side's best reaches it, or a
 * trade prints behind it), and by what is left of a trade at its price once the queue ahead has been served. An order
 * that takes liquidity walks the visible levels; what it does not get rests at its limit, or is cancelled where it has
 * none.
 */
export class Exchange {
  readonly book: Book;
  /** Resting orders in the order of their arrival. */
  private readonly resting: OwnOrder[] = [];

  constructor(
    levels: number,
    private readonly queue: QueueModel,
    private readonly report: (report: OrderReport) => void,
  ) {
    this.book = new Book(levels);
  }

  /** Best prices; NaN where a side is empty. */
  get bidTicks(): number {
    return this.book.count[Side.bid]! > 0 ? this.book.priceTicks[this.book.levels]! : Number.NaN;
  }

  get askTicks(): number {
    return this.book.count[Side.ask]! > 0 ? this.book.priceTicks[0]! : Number.NaN;
  }

  onEvent(batch: EventBatch, i: number, nowNs: number): void {
    const kind = batch.kind[i]!;
    if (kind === EventKind.depth) this.onDepth(batch, i, nowNs);
    else if (kind === EventKind.trade) {
      if (this.resting.length > 0) this.onTrade(batch.priceTicks[i]!, batch.size[i]!, batch.side[i]!, nowNs);
    } else this.onBreak();
  }

  /** An order arrives. */
  accept(order: OwnOrder, nowNs: number): void {
    if (this.isMarketable(order)) {
      if (order.postOnly) {
        this.end(order, 'refused', nowNs);
        return;
      }
      this.take(order, nowNs);
      if (order.leftContracts === 0) return;
    }
    if (order.limitTicks === null) {
      this.end(order, 'cancelled', nowNs);
      return;
    }
    const shown = this.shownAt(order.side, order.limitTicks);
    const count = this.book.count[order.side]!;
    const isBookShort = count > 0 && count < this.book.levels;
    order.shownContracts = shown;
    // Behind the last level of a full book stand an unknown number; behind that of a short one nobody does.
    order.aheadContracts = Number.isNaN(shown) ? (isBookShort ? 0 : Number.POSITIVE_INFINITY) : shown;
    order.isResting = true;
    this.resting.push(order);
    this.report({ order, kind: 'accepted', exchNs: nowNs, ...NO_FILL });
  }

  /** A cancellation arrives; an order that is over already has been reported before. */
  cancel(order: OwnOrder, nowNs: number): void {
    if (!order.isResting) return;
    this.remove(order);
    this.end(order, 'cancelled', nowNs);
  }

  private onDepth(batch: EventBatch, i: number, nowNs: number): void {
    const { book } = this;
    const operation = batch.operation[i]!;
    const side = batch.side[i]!;
    const position = batch.position[i]!;
    if (this.resting.length === 0) {
      book.apply(operation, side, position, batch.priceTicks[i]!, batch.size[i]!);
      return;
    }
    const isDelete = operation === DepthOperation.delete;
    const touchedTicks = isDelete
      ? position < book.count[side]!
        ? book.priceTicks[side * book.levels + position]!
        : Number.NaN
      : batch.priceTicks[i]!;
    book.apply(operation, side, position, batch.priceTicks[i]!, batch.size[i]!);
    this.followQueues(side, touchedTicks);
    this.fillCrossed(side, nowNs);
  }

  /** Orders on the side that changed move with their level. */
  private followQueues(side: number, touchedTicks: number): void {
    for (const order of this.resting) {
      if (order.side !== side) continue;
      const shown = this.shownAt(side, order.limitTicks!);
      const before = order.shownContracts;
      if (shown === before && order.limitTicks !== touchedTicks) continue;
      if (Number.isNaN(shown)) continue; // Out of sight: it keeps its place until the level is seen again.
      order.shownContracts = shown;
      // First seen since it arrived, or since the book began anew: nobody stands behind it.
      if (Number.isNaN(before)) order.aheadContracts = Math.min(order.aheadContracts, shown);
      else this.queue.onLevel(order, before, shown);
    }
  }

  /** The best price of a side reached orders that rest on the other. */
  private fillCrossed(side: number, nowNs: number): void {
    const bestTicks = side === Side.bid ? this.bidTicks : this.askTicks;
    for (let k = 0; k < this.resting.length; k++) {
      const order = this.resting[k]!;
      if (order.side === side) continue;
      const isReached = side === Side.bid ? order.limitTicks! <= bestTicks : order.limitTicks! >= bestTicks;
      if (!isReached) continue;
      this.fill(order, order.leftContracts, order.limitTicks!, true, nowNs);
      k--;
    }
  }

  private onTrade(priceTicks: number, contracts: number, aggressor: number, nowNs: number): void {
    const buyer = aggressor === Side.none ? this.quoteTest(priceTicks) : aggressor;
    if (buyer === Side.none) return;
    const restingSide = buyer === Side.bid ? Side.ask : Side.bid;
    let left = contracts;
    for (let k = 0; k < this.resting.length; k++) {
      const order = this.resting[k]!;
      if (order.side !== restingSide) continue;
      const through = restingSide === Side.ask ? priceTicks - order.limitTicks! : order.limitTicks! - priceTicks;
      if (through < 0) continue;
      const filled = through > 0 ? order.leftContracts : this.servedBy(order, Math.max(0, left));
      if (filled === 0) continue;
      left -= filled;
      this.fill(order, filled, order.limitTicks!, true, nowNs);
      if (order.leftContracts === 0) k--;
    }
  }

  /** Contracts of a trade at the order's price that reach it. @param left what orders of ours before it did not get */
  private servedBy(order: OwnOrder, left: number): number {
    this.queue.onTrade(order, left);
    // Whole contracts: an estimate of half a contract behind the front counts as there.
    const reach = Math.round(-order.aheadContracts);
    if (!(reach > 0)) return 0;
    const filled = Math.min(reach, left, order.leftContracts);
    // It stands at the front now; what traded is used up.
    order.aheadContracts = 0;
    return filled;
  }

  /** Above the best ask it was bought, below the best bid sold, between them unknown. */
  private quoteTest(priceTicks: number): number {
    if (priceTicks >= this.askTicks) return Side.bid;
    return priceTicks <= this.bidTicks ? Side.ask : Side.none;
  }

  private isMarketable({ side, limitTicks }: OwnOrder): boolean {
    if (limitTicks === null) return true;
    return side === Side.bid ? limitTicks >= this.askTicks : limitTicks <= this.bidTicks;
  }

  private take(order: OwnOrder, nowNs: number): void {
    const { book } = this;
    const otherSide = order.side === Side.bid ? Side.ask : Side.bid;
    const start = otherSide * book.levels;
    for (let level = 0; level < book.count[otherSide]! && order.leftContracts > 0; level++) {
      const priceTicks = book.priceTicks[start + level]!;
      const isBeyond =
        order.limitTicks !== null &&
        (order.side === Side.bid ? priceTicks > order.limitTicks : priceTicks < order.limitTicks);
      if (isBeyond) return;
      const contracts = Math.min(order.leftContracts, book.size[start + level]!);
      if (contracts > 0) this.fill(order, contracts, priceTicks, false, nowNs);
    }
  }

  private fill(order: OwnOrder, contracts: number, priceTicks: number, isMaker: boolean, nowNs: number): void {
    order.leftContracts -= contracts;
    if (order.leftContracts === 0 && order.isResting) this.remove(order);
    this.report({ order, kind: 'filled', exchNs: nowNs, contracts, priceTicks, isMaker });
  }

  private end(order: OwnOrder, kind: 'cancelled' | 'refused', nowNs: number): void {
    this.report({ order, kind, exchNs: nowNs, ...NO_FILL });
  }

  private remove(order: OwnOrder): void {
    order.isResting = false;
    this.resting.splice(this.resting.indexOf(order), 1);
  }

  /** The book is void: nobody knows who stands ahead until the level is seen again. */
  private onBreak(): void {
    this.book.clear();
    for (const order of this.resting) {
      order.shownContracts = Number.NaN;
      order.aheadContracts = Number.POSITIVE_INFINITY;
      order.tradedSinceLevel = 0;
    }
  }

  /** Contracts shown at a price: 0 where the visible book has no such level, NaN where it does not reach so far. */
  private shownAt(side: number, priceTicks: number): number {
    const { book } = this;
    const start = side * book.levels;
    const count = book.count[side]!;
    for (let level = 0; level < count; level++) {
      const levelTicks = book.priceTicks[start + level]!;
      if (levelTicks === priceTicks) return book.size[start + level]!;
      if (side === Side.bid ? levelTicks < priceTicks : levelTicks > priceTicks) return 0;
    }
    return Number.NaN;
  }
}

const NO_FILL = { contracts: 0, priceTicks: 0, isMaker: false } as const;
