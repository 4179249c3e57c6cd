import { BID, type Book, type Level } from '../market/book.js';

/** What matching needs to know of an order. */
export interface Matchable {
  readonly side: 'BUY' | 'SELL';
  /** Undefined: at any price. */
  readonly limitTicks: number | undefined;
  readonly remaining: number;
  /** Contracts served before it at its price; Infinity while unknown. */
  queueAhead: number;
}

export interface Fill {
  readonly priceTicks: number;
  readonly size: number;
  /** 1 the order was resting, 2 it took what was there. */
  readonly liquidity: 1 | 2;
}

/** Contracts already taken from a level since the tape last touched it, by price. */
export type Taken = Map<number, number>;

/** Fills of an order against what the other side shows. A resting order trades at its own price: the tape came to it. */
export function fillsFromBook(order: Matchable, book: Book, taken: Taken, isResting: boolean): Fill[] {
  const fills: Fill[] = [];
  let remaining = order.remaining;
  for (const level of order.side === 'BUY' ? book.asks : book.bids) {
    if (remaining <= 0 || !reaches(order, level.priceTicks)) break;
    const size = Math.min(remaining, level.size - (taken.get(level.priceTicks) ?? 0));
    if (size <= 0) continue;
    remaining -= size;
    taken.set(level.priceTicks, (taken.get(level.priceTicks) ?? 0) + size);
    const priceTicks = isResting && order.limitTicks !== undefined ? order.limitTicks : level.priceTicks;
    fills.push({ priceTicks, size, liquidity: isResting ? 1 : 2 });
  }
  return fills;
}

/**
 * Contracts a resting limit order gets from one trade of the tape, and its new place in the queue. A trade at its price
 * serves the queue first; a trade through its price has emptied it, and fills at most the trade's own size.
 */
export function fillFromTrade(
  order: Matchable,
  tradeTicks: number,
  tradeSize: number,
  aggressorIsBuyer: boolean | undefined,
): number {
  if (order.limitTicks === undefined || aggressorIsBuyer === (order.side === 'BUY')) return 0;
  const through = order.side === 'BUY' ? order.limitTicks - tradeTicks : tradeTicks - order.limitTicks;
  if (through < 0) return 0;
  if (through > 0) order.queueAhead = 0;
  const servedAhead = Math.min(order.queueAhead, tradeSize);
  order.queueAhead -= servedAhead;
  return Math.min(order.remaining, tradeSize - servedAhead);
}

/** Contracts shown at the order's price on its own side: none inside the visible book, unknown beyond it. */
export function queueShownAt(order: Matchable, book: Book): number {
  if (order.limitTicks === undefined) return 0;
  const rows: readonly Level[] = order.side === 'BUY' ? book.sides[BID] : book.asks;
  const row = rows.find((level) => level.priceTicks === order.limitTicks);
  if (row) return row.size;
  const worst = rows.at(-1);
  if (!worst || rows.length < book.levels) return worst || rows.length > 0 ? 0 : Number.POSITIVE_INFINITY;
  const isBeyond = order.side === 'BUY' ? order.limitTicks < worst.priceTicks : order.limitTicks > worst.priceTicks;
  return isBeyond ? Number.POSITIVE_INFINITY : 0;
}

/** After the level changed: cancelled contracts are taken to have stood behind the order, never ahead of it. */
export function updateQueue(order: Matchable, book: Book): void {
  order.queueAhead = Math.min(order.queueAhead, queueShownAt(order, book));
}

function reaches(order: Matchable, priceTicks: number): boolean {
  if (order.limitTicks === undefined) return true;
  return order.side === 'BUY' ? priceTicks <= order.limitTicks : priceTicks >= order.limitTicks;
}
