import type { Day } from '../day/day.js';
import { describe } from './order-rules.js';
import type { Report } from './violation.js';

const LOOK_EVERY_MS = 250;
/** A bridge that sees its orders has asked for their cancellation by then. */
const ASKED_WITHIN_MS = 1000;

/** While trading is halted, what a decision has sent does not go on working: its cancellation is asked for. */
export class HaltRule {
  private lookedMs = Number.NEGATIVE_INFINITY;
  /** Since when each order works though trading is halted, by its permId. */
  private readonly sinceMs = new Map<number, number>();

  constructor(
    private readonly day: Day,
    private readonly report: Report,
  ) {}

  look(): void {
    const { day, sinceMs } = this;
    const { nowMs } = day.world;
    if (nowMs - this.lookedMs < LOOK_EVERY_MS) return;
    this.lookedMs = nowMs;
    const halts = day.haltsAt(nowMs, 0);
    if (halts.length === 0 || !day.isBridgeReady) {
      sinceMs.clear();
      return;
    }
    for (const order of day.truth.liveOrders()) {
      const { orderRef } = order.terms;
      const isDecision = day.truth.sent.get(orderRef)?.isClosing === false;
      if (!isDecision || order.contract.localSymbol !== day.localSymbol || day.truth.cancelAsked.has(order.orderId))
        continue;
      const workingMs = nowMs - (sinceMs.get(order.permId) ?? nowMs);
      if (workingMs === 0) sinceMs.set(order.permId, nowMs);
      if (workingMs > ASKED_WITHIN_MS)
        this.report('halted-works', `${describe(order)} works on, though halted by ${halts.join(', ')}`);
    }
  }
}
