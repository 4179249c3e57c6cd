import { DepthOperation, Side } from '../events/event-batch.js';

/**
 * A position-addressed book of a few levels a side: insert shifts deeper levels down, delete shifts them up, and what
 * moves past the last level is forgotten. Operations that address no level are ignored and counted; an update just
 * behind the last level appends it.
 *
 * Columns are indexed `side * levels + position`, best level first; rows at or past `count[side]` mean nothing.
 */
export class Book {
  readonly priceTicks: Int32Array;
  /** Contracts. */
  readonly size: Float64Array;
  /** Levels held: count[Side.ask], count[Side.bid]. */
  readonly count = new Int32Array(2);
  readonly counters: BookCounters = { outOfRange: 0, appendedUpdates: 0, truncated: 0, resets: 0, inconsistent: 0 };
  /** Prices were added, moved or removed since `isConsistent` last looked. */
  private isShapeChanged = true;
  private wasConsistent = false;

  constructor(readonly levels = 10) {
    this.priceTicks = new Int32Array(2 * levels);
    this.size = new Float64Array(2 * levels);
  }

  /** Applies one depth operation (IB's numbering of operation and side). */
  apply(operation: number, side: number, position: number, priceTicks: number, size: number): void {
    const { levels } = this;
    const start = side * levels;
    const count = this.count[side]!;
    const at = start + position;
    if (operation === DepthOperation.update) {
      if (position < count) {
        if (this.priceTicks[at] !== priceTicks) this.isShapeChanged = true;
        this.priceTicks[at] = priceTicks;
        this.size[at] = size;
        return;
      }
      if (position > count || position >= levels) {
        this.counters.outOfRange++;
        return;
      }
      this.counters.appendedUpdates++;
    } else if (operation === DepthOperation.delete) {
      if (position >= count) {
        this.counters.outOfRange++;
        return;
      }
      const end = start + count - 1;
      for (let i = at; i < end; i++) {
        this.priceTicks[i] = this.priceTicks[i + 1]!;
        this.size[i] = this.size[i + 1]!;
      }
      this.count[side] = count - 1;
      this.isShapeChanged = true;
      return;
    } else if (position > count || position >= levels) {
      this.counters.outOfRange++;
      return;
    }
    this.insert(side, at, priceTicks, size);
  }

  /** Removes every level: the source starts its book anew. */
  clear(): void {
    this.count.fill(0);
    this.counters.resets++;
    this.isShapeChanged = true;
  }

  /**
   * True where both sides have a level, prices get worse from level to level, and the best bid is below the best ask.
   * Ask only where an exchange event is complete (`last`): in the middle of one a book may look crossed.
   */
  isConsistent(): boolean {
    if (!this.isShapeChanged) return this.wasConsistent;
    this.isShapeChanged = false;
    this.wasConsistent = this.isSortedAndUncrossed();
    if (!this.wasConsistent) this.counters.inconsistent++;
    return this.wasConsistent;
  }

  private insert(side: number, at: number, priceTicks: number, size: number): void {
    const start = side * this.levels;
    const count = this.count[side]!;
    let end = start + count;
    if (count === this.levels) {
      this.counters.truncated++;
      end--;
    } else this.count[side] = count + 1;
    for (let i = end; i > at; i--) {
      this.priceTicks[i] = this.priceTicks[i - 1]!;
      this.size[i] = this.size[i - 1]!;
    }
    this.priceTicks[at] = priceTicks;
    this.size[at] = size;
    this.isShapeChanged = true;
  }

  private isSortedAndUncrossed(): boolean {
    const { priceTicks, levels } = this;
    const askCount = this.count[Side.ask]!;
    const bidCount = this.count[Side.bid]!;
    if (askCount === 0 || bidCount === 0 || priceTicks[levels]! >= priceTicks[0]!) return false;
    for (let i = 1; i < askCount; i++) if (priceTicks[i]! <= priceTicks[i - 1]!) return false;
    for (let i = levels + 1; i < levels + bidCount; i++) if (priceTicks[i]! >= priceTicks[i - 1]!) return false;
    return true;
  }
}

/** How often the stream did what a healthy stream does not do (or does seldom). */
export interface BookCounters {
  /** Operations that addressed no level: ignored. */
  outOfRange: number;
  /** Updates just behind the last level: taken as inserts. */
  appendedUpdates: number;
  /** Levels pushed past the last one by an insert. */
  truncated: number;
  resets: number;
  /** Looks at a changed book that was one-sided, unsorted or crossed. */
  inconsistent: number;
}
