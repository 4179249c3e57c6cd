import { DepthOperation, Side } from '../events/event-batch.js';
import type { PriceBook } from './price-book.js';

/** One operation on a book whose levels are addressed by position. */
export interface ShownChange {
  readonly operation: DepthOperation;
  readonly side: Side;
  readonly position: number;
  /** In the units of the price book. */
  readonly price: number;
  /** Contracts; 0 where the level is deleted. */
  readonly size: number;
}

/**
 * The first levels of a price-addressed book, as readers of position-addressed operations know them. `follow` says
 * which operations bring those readers from the book that they know to the one that is: insert shifts deeper levels
 * down and drops the last, delete shifts them up.
 */
export class ShownLevels {
  private readonly sides: readonly [Shown, Shown];

  constructor(levels: number) {
    this.sides = [new Shown(levels, Side.ask), new Shown(levels, Side.bid)];
  }

  /** Readers know an empty book from here. */
  clear(): void {
    for (const side of this.sides) side.count = 0;
  }

  /** As [price, size], best first, asks then bids. */
  levels(): [number, number][][] {
    return this.sides.map((side) =>
      Array.from({ length: side.count }, (_, i): [number, number] => [side.price[i]!, side.size[i]!]),
    );
  }

  /** What readers know already, as `levels` says it. */
  restore(levels: readonly (readonly (readonly [number, number])[])[]): void {
    this.sides.forEach((side, i) => {
      side.count = 0;
      for (const [price, size] of levels[i] ?? []) side.insert(side.count, price, size);
    });
  }

  /** The operations from what is shown to the first levels of `book`, in order. Afterwards those are shown. */
  follow(book: PriceBook): ShownChange[] {
    const changes: ShownChange[] = [];
    for (const side of this.sides)
      side.follow(book.prices(side.of), book.sizes(side.of), book.count[side.of]!, (change) => changes.push(change));
    return changes;
  }
}

class Shown {
  readonly price: Float64Array;
  readonly size: Float64Array;
  count = 0;

  constructor(
    private readonly levels: number,
    readonly of: typeof Side.ask | typeof Side.bid,
  ) {
    this.price = new Float64Array(levels);
    this.size = new Float64Array(levels);
  }

  follow(prices: Float64Array, sizes: Float64Array, held: number, tell: (change: ShownChange) => void): void {
    const { of: side } = this;
    const wanted = Math.min(held, this.levels);
    for (let at = 0; at < wanted; at++) {
      const [price, size] = [prices[at]!, sizes[at]!];
      while (at < this.count && this.isBetter(this.price[at]!, price)) {
        tell({ operation: DepthOperation.delete, side, position: at, price: this.price[at]!, size: 0 });
        this.remove(at);
      }
      if (at === this.count || this.price[at] !== price) {
        this.insert(at, price, size);
        tell({ operation: DepthOperation.insert, side, position: at, price, size });
      } else if (this.size[at] !== size) {
        this.size[at] = size;
        tell({ operation: DepthOperation.update, side, position: at, price, size });
      }
    }
    while (this.count > wanted) {
      tell({ operation: DepthOperation.delete, side, position: wanted, price: this.price[wanted]!, size: 0 });
      this.remove(wanted);
    }
  }

  insert(at: number, price: number, size: number): void {
    const end = Math.min(this.count, this.levels - 1);
    for (const [column, value] of [
      [this.price, price],
      [this.size, size],
    ] as const) {
      column.copyWithin(at + 1, at, end);
      column[at] = value;
    }
    this.count = end + 1;
  }

  private remove(at: number): void {
    for (const column of [this.price, this.size]) column.copyWithin(at, at + 1, this.count);
    this.count--;
  }

  private isBetter(price: number, than: number): boolean {
    return this.of === Side.bid ? price > than : price < than;
  }
}
