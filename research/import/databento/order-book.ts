import { PriceBook } from '../../../shared/market/book/price-book.js';

interface Order {
  side: 0 | 1;
  /** 1e-9 points. */
  price: number;
  size: number;
}

/** Level that an event changed, best = 0; `NOT_SHOWN` where none was. */
export const NOT_SHOWN = -1;

/**
 * The full book from market-by-order messages: every resting order by its id, and the levels that they add up to. Rules:
 * Databento's documentation, schema MBO (add, cancel in part or whole, modify, clear; trades and fills
 * do not change the book, a cancel follows them).
 */
export class OrderBook {
  readonly levels = new PriceBook();
  /** Cancels of orders that were never added: the file begins without a snapshot. */
  unknownOrders = 0;
  private readonly orders = new Map<number | bigint, Order>();

  add(id: number | bigint, side: 0 | 1, price: number, size: number): number {
    if (this.orders.has(id)) return this.modify(id, side, price, size);
    if (size === 0) return NOT_SHOWN;
    this.orders.set(id, { side, price, size });
    return this.levels.changeLevel(side, price, size, 1);
  }

  /** @param size how much is taken away */
  cancel(id: number | bigint, size: number): number {
    const order = this.orders.get(id);
    if (!order) {
      this.unknownOrders++;
      return NOT_SHOWN;
    }
    const taken = Math.min(size, order.size);
    order.size -= taken;
    if (order.size === 0) this.orders.delete(id);
    return this.levels.changeLevel(order.side, order.price, -taken, order.size === 0 ? -1 : 0);
  }

  /** An order that is not known counts as added. @returns the better of the two levels where the price changes */
  modify(id: number | bigint, side: 0 | 1, price: number, size: number): number {
    const order = this.orders.get(id);
    if (!order) return this.add(id, side, price, size);
    if (size === 0) return this.cancel(id, order.size);
    if (order.price === price && order.side === side) {
      const change = size - order.size;
      order.size = size;
      return this.levels.changeLevel(side, price, change, 0);
    }
    const left = this.levels.changeLevel(order.side, order.price, -order.size, -1);
    const entered = this.levels.changeLevel(side, price, size, 1);
    order.side = side;
    order.price = price;
    order.size = size;
    return Math.min(left, entered);
  }

  clear(): void {
    this.orders.clear();
    this.levels.clear();
  }
}
