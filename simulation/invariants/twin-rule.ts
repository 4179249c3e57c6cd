import type { Day } from '../day/day.js';
import { describe } from './order-rules.js';
import type { Report } from './violation.js';

/** A bridge that cancels the twin of an order that works has halted for it: a person has to look where it came from. */
export class TwinRule {
  constructor(
    private readonly day: Day,
    private readonly report: Report,
  ) {}

  /** To be called with the id of an order whose cancellation leaves the bridge. */
  cancelled(orderId: number): void {
    const { truth, journals, journalFolder, localSymbol, world } = this.day;
    if (world.disk.faults.freeBytes !== Number.POSITIVE_INFINITY || journals.haltsOf(journalFolder).has('double-order'))
      return;
    const twin = truth.liveUnderOurId().find((order) => order.orderId === orderId && truth.strays.has(order.permId));
    const original = truth
      .liveOrders()
      .find(({ terms, contract }) => terms.orderRef === twin?.terms.orderRef && contract.localSymbol === localSymbol);
    if (twin && original)
      this.report(
        'twin-untold',
        `${describe(twin)} is cancelled, ${describe(original)} works under the same reference, and no halt is on record`,
      );
  }
}
