import { Side } from '../../shared/market/events/event-batch.js';
import type { Book } from '../market/book.js';

/** Sierra Chart's commands about a bid; that about an ask is one more. */
const KIND = { add: 2, modify: 4, remove: 6 } as const;

export interface LevelChange {
  readonly kind: (typeof KIND)[keyof typeof KIND];
  readonly side: typeof Side.ask | typeof Side.bid;
  readonly priceTicks: number;
  /** Contracts. */
  readonly size: number;
}

/** What was written of a book, addressed by price, and what must be written to come to another state of it. */
export class BookChanges {
  private readonly written = { [Side.ask]: new Map<number, number>(), [Side.bid]: new Map<number, number>() };

  /** An empty book was written. */
  clear(): void {
    for (const levels of Object.values(this.written)) levels.clear();
  }

  /** The changes to this state, which counts as written from here on. */
  to(book: Book): LevelChange[] {
    return [Side.ask, Side.bid].flatMap((side) => {
      const before = this.written[side];
      const rows = side === Side.bid ? book.bids : book.asks;
      const now = new Map(rows.map(({ priceTicks, size }) => [priceTicks, size]));
      const changes: LevelChange[] = [...before.keys()]
        .filter((priceTicks) => !now.has(priceTicks))
        .map((priceTicks) => ({ kind: KIND.remove, side, priceTicks, size: 0 }));
      for (const [priceTicks, size] of now)
        if (before.get(priceTicks) !== size)
          changes.push({ kind: before.has(priceTicks) ? KIND.modify : KIND.add, side, priceTicks, size });
      this.written[side] = now;
      return changes;
    });
  }
}
