import type { Book } from '../../../shared/market/book/book.js';
import { Side } from '../../../shared/market/events/event-batch.js';

/** Levels a side that are compared. */
export const LEVELS = 10;

/** What a book held at a moment: columns as those of the book, and a level that it had not is NO_LEVEL. */
export class BookState {
  readonly priceTicks = new Int32Array(2 * LEVELS);
  readonly size = new Float64Array(2 * LEVELS);

  copy({ priceTicks, size, count, levels }: Book): void {
    for (const side of [Side.ask, Side.bid])
      for (let level = 0; level < LEVELS; level++) {
        const [to, from] = [side * LEVELS + level, side * levels + level];
        const isHeld = level < count[side]!;
        this.priceTicks[to] = isHeld ? priceTicks[from]! : NO_LEVEL;
        this.size[to] = isHeld ? size[from]! : 0;
      }
  }

  hasBestOf(other: BookState): boolean {
    return this.priceTicks[0] === other.priceTicks[0] && this.priceTicks[LEVELS] === other.priceTicks[LEVELS];
  }

  /** Rows (both sides) that are the same in price and size. */
  sameRows(other: BookState): number {
    let same = 0;
    for (let row = 0; row < 2 * LEVELS; row++)
      if (this.priceTicks[row] === other.priceTicks[row] && this.size[row] === other.size[row]) same++;
    return same;
  }
}

/** No price of a future is that low. */
export const NO_LEVEL = -(2 ** 31);
