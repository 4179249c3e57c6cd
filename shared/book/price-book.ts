import { Side } from '../events/event-batch.js';

/**
 * A price-addressed book of any depth, for feeds that name a price instead of a position (Sierra Chart, Databento).
 * Levels lie best first in `priceTicks(side)` and `sizes(side)`; rows at or past `count[side]` mean nothing.
 */
export class PriceBook {
  /** Levels held: count[Side.ask], count[Side.bid]. */
  readonly count = new Int32Array(2);
  private readonly sides = [new Levels(), new Levels()] as const;

  /** Best first: asks ascending, bids descending. The array changes when the side grows. */
  priceTicks(side: Side): Int32Array {
    return this.sides[side === Side.bid ? 1 : 0].priceTicks;
  }

  /** Contracts. */
  sizes(side: Side): Float64Array {
    return this.sides[side === Side.bid ? 1 : 0].size;
  }

  /** Sets the size shown at a price; 0 removes the level. A level that is absent is inserted in its place. */
  setLevel(side: Side, priceTicks: number, size: number): void {
    const index = side === Side.bid ? 1 : 0;
    const levels = this.sides[index];
    const count = this.count[index]!;
    const at = levels.find(priceTicks, index === 1, count);
    const isPresent = at < count && levels.priceTicks[at] === priceTicks;
    if (isPresent && size > 0) levels.size[at] = size;
    else if (isPresent) this.count[index] = levels.remove(at, count);
    else if (size > 0) this.count[index] = levels.insert(at, count, priceTicks, size);
  }

  clear(): void {
    this.count.fill(0);
  }

  /** True where both sides have a level and the best bid is below the best ask. */
  isConsistent(): boolean {
    const [ask, bid] = this.sides;
    return this.count[0]! > 0 && this.count[1]! > 0 && bid.priceTicks[0]! < ask.priceTicks[0]!;
  }
}

class Levels {
  priceTicks = new Int32Array(64);
  size = new Float64Array(64);

  /** Position of a price, or where it belongs. Most changes are near the best price: looked for from there. */
  find(priceTicks: number, isBid: boolean, count: number): number {
    let at = 0;
    if (isBid) while (at < count && this.priceTicks[at]! > priceTicks) at++;
    else while (at < count && this.priceTicks[at]! < priceTicks) at++;
    return at;
  }

  insert(at: number, count: number, priceTicks: number, size: number): number {
    if (count === this.priceTicks.length) this.grow();
    this.priceTicks.copyWithin(at + 1, at, count);
    this.size.copyWithin(at + 1, at, count);
    this.priceTicks[at] = priceTicks;
    this.size[at] = size;
    return count + 1;
  }

  remove(at: number, count: number): number {
    this.priceTicks.copyWithin(at, at + 1, count);
    this.size.copyWithin(at, at + 1, count);
    return count - 1;
  }

  private grow(): void {
    const { priceTicks, size } = this;
    this.priceTicks = new Int32Array(2 * priceTicks.length);
    this.size = new Float64Array(2 * size.length);
    this.priceTicks.set(priceTicks);
    this.size.set(size);
  }
}
