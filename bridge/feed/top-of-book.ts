import { DepthOperation, Side } from '../../shared/market/events/event-batch.js';
import type { DepthChange } from './depth-change.js';

/** IB's tick types of the best prices. */
export const QUOTE_TICK = { bidSize: 0, bid: 1, ask: 2, askSize: 3 } as const;

interface Quote {
  readonly side: number;
  price: number;
  size: number;
  isShown: boolean;
}

/** What the gateway sends as the price of a side that nobody quotes. With a size of its own it is a price like others. */
const NO_PRICES: readonly number[] = [0, -1];

/** Best bid and ask as level 1 ticks tell them, price and size apart, turned into operations on a one-level book. */
export class TopOfBook {
  private readonly quotes = [newQuote(Side.ask), newQuote(Side.bid)] as const;

  /** @param tell told of every change of a book of one level a side */
  constructor(private readonly tell: (change: DepthChange) => void) {}

  /** The book was cleared: what is known is not shown any more. */
  clear(): void {
    for (const quote of this.quotes) Object.assign(quote, newQuote(quote.side));
  }

  /** @param type IB's tick type; others than the four above are left out, delayed prices too */
  tick(type: number, value: number): void {
    const quote = this.quotes[type === QUOTE_TICK.bid || type === QUOTE_TICK.bidSize ? 1 : 0];
    if (type === QUOTE_TICK.bid || type === QUOTE_TICK.ask) {
      quote.price = value;
      // The size that follows says whether this is a price; the one before belongs to another.
      if (NO_PRICES.includes(value)) quote.size = 0;
    } else if (type === QUOTE_TICK.bidSize || type === QUOTE_TICK.askSize) quote.size = value;
    else return;
    this.show(quote);
  }

  /** To tell comes last: whoever hears it may clear this. */
  private show(quote: Quote): void {
    const { side, price, size, isShown } = quote;
    if (size === 0) {
      quote.isShown = false;
      if (isShown) this.tell({ operation: DepthOperation.delete, side, position: 0, price: 0, size: 0 });
      return;
    }
    if (Number.isNaN(price) || Number.isNaN(size)) return;
    quote.isShown = true;
    const operation = isShown ? DepthOperation.update : DepthOperation.insert;
    this.tell({ operation, side, position: 0, price, size });
  }
}

function newQuote(side: number): Quote {
  return { side, price: Number.NaN, size: Number.NaN, isShown: false };
}
