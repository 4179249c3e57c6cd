import type { PriceBook } from '../../shared/market/book/price-book.js';
import { Side } from '../../shared/market/events/event-batch.js';
import { BOOK_LEVELS } from '../store/datasets.js';
import type { BookColumns } from './book-columns.js';

/** Units of price in a point, for books whose tick size is not known: Databento's fixed point. */
export const NANOS_PER_POINT = 1e9;

/** Stores the best ten levels of a price-addressed book, whose prices are 1e-9 points, into a row. */
export function storeBook(columns: BookColumns, book: PriceBook, row: number, hasCounts: boolean): void {
  for (const side of [Side.ask, Side.bid]) {
    const prices = book.prices(side);
    const sizes = book.sizes(side);
    const orders = book.orders(side);
    const start = side * BOOK_LEVELS;
    const held = Math.min(BOOK_LEVELS, book.count[side]!);
    for (let level = 0; level < held; level++) {
      columns.levelPrice[start + level]![row] = prices[level]! / NANOS_PER_POINT;
      columns.levelSize[start + level]![row] = sizes[level]!;
      if (hasCounts) columns.levelCount[start + level]![row] = orders[level]!;
    }
    for (let level = held; level < BOOK_LEVELS; level++) columns.setLevelNull(start + level, row);
  }
}
