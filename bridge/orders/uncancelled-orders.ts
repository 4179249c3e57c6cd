import type { Order } from './order-ledger.js';

/** Notices orders that live on although their cancellation was asked for: a gateway may refuse it again and again. */
export class UncancelledOrders {
  private readonly sinceMs = new Map<string, number>();

  constructor(private readonly patienceMs: number) {}

  /** Those whose cancellation was asked for longer ago than can be put down to the way to the exchange. */
  look(live: readonly Order[], nowMonotonicMs: number): Order[] {
    const asked = live.filter(({ cancelAsked }) => cancelAsked);
    for (const orderRef of this.sinceMs.keys())
      if (!asked.some((order) => order.orderRef === orderRef)) this.sinceMs.delete(orderRef);
    for (const { orderRef } of asked) if (!this.sinceMs.has(orderRef)) this.sinceMs.set(orderRef, nowMonotonicMs);
    return asked.filter(({ orderRef }) => nowMonotonicMs - this.sinceMs.get(orderRef)! > this.patienceMs);
  }
}
