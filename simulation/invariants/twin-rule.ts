import type { Day } from '../day/day.js';
import { describe } from './order-rules.js';
import type { Report } from './violation.js';

/** The look that shows the two is over by then, also on a slow disk. */
const HALTED_WITHIN_MS = 3000;

/** A bridge that cancels the twin of an order that works halts for it: a person has to look where it came from. */
export class TwinRule {
  /** Of which no halt has been seen yet. */
  private cancelledTwins: { readonly atMs: number; readonly what: string; readonly by: unknown }[] = [];

  constructor(
    private readonly day: Day,
    private readonly report: Report,
  ) {}

  /** To be called with the id of an order whose cancellation leaves the bridge. */
  cancelled(orderId: number): void {
    const { truth, localSymbol, world, host } = this.day;
    const twin = truth.liveUnderOurId().find((order) => order.orderId === orderId && truth.strays.has(order.permId));
    const original = truth
      .liveOrders()
      .find(({ terms, contract }) => terms.orderRef === twin?.terms.orderRef && contract.localSymbol === localSymbol);
    if (!twin || !original) return;
    const what = `${describe(twin)} is cancelled, ${describe(original)} works under the same reference`;
    this.cancelledTwins.push({ atMs: world.nowMs, what, by: host.current });
  }

  /** To be called with a halt that is on record from now on. */
  haltRecorded(code: string): void {
    if (code === 'double-order') this.cancelledTwins = [];
  }

  look(): void {
    if (this.cancelledTwins.length === 0) return;
    const { journals, journalFolder, world, host, isDiskFull } = this.day;
    const isHalted = journals.haltsOf(journalFolder).has('double-order');
    this.cancelledTwins = this.cancelledTwins.filter(({ by }) => !isHalted && !isDiskFull && by === host.current);
    // A look that fails, say because no position can be read, is taken again: the bridge is not ready until one has ended.
    const isReady = this.day.readyStatus() !== null;
    for (const { atMs, what } of this.cancelledTwins)
      if (isReady && world.nowMs - atMs > HALTED_WITHIN_MS)
        this.report('twin-untold', `${what}, and no halt is on record`);
  }
}
