import type { Order } from './order-ledger.js';
import type { OrderState } from './order-state.js';

/** States that pass within a round trip to the exchange; an order that stays in one has to be asked about. */
const PASSING: ReadonlySet<OrderState> = new Set(['intended', 'sent', 'cancelling', 'filling', 'unknown']);

/** Notices live orders that have been in a passing state for too long. */
export class StuckOrders {
  private readonly since = new Map<string, { state: OrderState; sinceMs: number }>();

  constructor(private readonly stuckMs: number) {}

  /** Orders that are stuck now; each again every `stuckMs` for as long as it stays so. */
  look(live: readonly Order[], nowMonotonicMs: number): Order[] {
    const stuck: Order[] = [];
    for (const orderRef of this.since.keys())
      if (!live.some((order) => order.orderRef === orderRef)) this.since.delete(orderRef);
    for (const order of live) {
      const known = this.since.get(order.orderRef);
      if (known?.state !== order.state) this.since.set(order.orderRef, { state: order.state, sinceMs: nowMonotonicMs });
      else if (PASSING.has(order.state) && nowMonotonicMs - known.sinceMs >= this.stuckMs) {
        known.sinceMs = nowMonotonicMs;
        stuck.push(order);
      }
    }
    return stuck;
  }
}
