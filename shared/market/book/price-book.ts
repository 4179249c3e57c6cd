import { Side } from '../events/event-batch.js';

/**
 * A price-addressed book of any depth, for feeds that name a price instead of a position (Sierra Chart, Databento).
 * Prices are whole numbers of any one unit: ticks, or 1e-9 points where the tick size is not known. Levels lie best
 * first in `prices(side)`, `sizes(side)` and `orders(side)`; rows at or past `count[side]` mean nothing.
 */
export class PriceBook {
  /** Levels held: count[Side.ask], count[Side.bid]. */
  readonly count = new Int32Array(2);
  private readonly sides = [new Levels(), new Levels()] as const;

  /** Best first: asks ascending, bids descending. The array changes when the side grows. */
  prices(side: Side): Float64Array {
    return this.sides[side === Side.bid ? 1 : 0].price;
  }

  /** Contracts. */
  sizes(side: Side): Float64Array {
    return this.sides[side === Side.bid ? 1 : 0].size;
  }

  /** Number of orders at each level; 0 where the feed does not say. */
  orders(side: Side): Int32Array {
    return this.sides[side === Side.bid ? 1 : 0].orders;
  }

  /**
   * Sets the size shown at a price; 0 removes the level. A level that is absent is inserted in its place.
   * @returns the level's position (before it was removed); -1 where there was nothing to change
   */
  setLevel(side: Side, price: number, size: number, orders = 0): number {
    const index = side === Side.bid ? 1 : 0;
    const at = this.sides[index].find(price, index === 1, this.count[index]!);
    return this.setAt(index, at, price, size, orders);
  }

  /** Adds to the size and the orders shown at a price (or takes from them). @returns as `setLevel` */
  changeLevel(side: Side, price: number, sizeChange: number, orderChange: number): number {
    const index = side === Side.bid ? 1 : 0;
    const levels = this.sides[index];
    const count = this.count[index]!;
    const at = levels.find(price, index === 1, count);
    const isPresent = at < count && levels.price[at] === price;
    const size = (isPresent ? levels.size[at]! : 0) + sizeChange;
    const orders = (isPresent ? levels.orders[at]! : 0) + orderChange;
    return this.setAt(index, at, price, size, orders);
  }

  clear(): void {
    this.count.fill(0);
  }

  /** True where both sides have a level and the best bid is below the best ask. */
  isConsistent(): boolean {
    const [ask, bid] = this.sides;
    return this.count[0]! > 0 && this.count[1]! > 0 && bid.price[0]! < ask.price[0]!;
  }

  private setAt(index: 0 | 1, at: number, price: number, size: number, orders: number): number {
    const levels = this.sides[index];
    const count = this.count[index]!;
    const isPresent = at < count && levels.price[at] === price;
    if (isPresent && size > 0) {
      levels.size[at] = size;
      levels.orders[at] = orders;
    } else if (isPresent) this.count[index] = levels.remove(at, count);
    else if (size > 0) this.count[index] = levels.insert(at, count, price, size, orders);
    else return -1;
    return at;
  }
}

class Levels {
  price = new Float64Array(64);
  size = new Float64Array(64);
  orders = new Int32Array(64);

  /** Position of a price, or where it belongs. Most changes are near the best price: looked for from there. */
  find(price: number, isBid: boolean, count: number): number {
    let at = 0;
    if (isBid) while (at < count && this.price[at]! > price) at++;
    else while (at < count && this.price[at]! < price) at++;
    return at;
  }

  insert(at: number, count: number, price: number, size: number, orders: number): number {
    if (count === this.price.length) this.grow();
    for (const column of [this.price, this.size, this.orders]) column.copyWithin(at + 1, at, count);
    this.price[at] = price;
    this.size[at] = size;
    this.orders[at] = orders;
    return count + 1;
  }

  remove(at: number, count: number): number {
    for (const column of [this.price, this.size, this.orders]) column.copyWithin(at, at + 1, count);
    return count - 1;
  }

  private grow(): void {
    const { price, size, orders } = this;
    this.price = new Float64Array(2 * price.length);
    this.size = new Float64Array(2 * price.length);
    this.orders = new Int32Array(2 * price.length);
    this.price.set(price);
    this.size.set(size);
    this.orders.set(orders);
  }
}
