import type { Order } from '../../simulator/orders/order.js';
import type { Day } from '../day/day.js';
import { describe } from './order-rules.js';
import type { Report } from './violation.js';

const LOOK_EVERY_MS = 250;
/** A bridge that sees an order has asked for its cancellation by then, also where it asked the gateway about it first. */
const ASKED_WITHIN_MS = 2000;
/** What works on all this time after its cancellation was asked for shows that the request was lost: it is asked for again. */
const ASKED_AGAIN_WITHIN_MS = 5000;

/** What a decision has sent does not go on working while trading is halted, nor beyond its lifetime: its cancellation is asked for. */
export class CancelRules {
  private lookedMs = Number.NEGATIVE_INFINITY;
  /** Since when each order works though it should not, by its permId, for a bridge that is ready. */
  private readonly haltedSinceMs = new Map<number, number>();
  private readonly oldSinceMs = new Map<number, number>();

  constructor(
    private readonly day: Day,
    private readonly report: Report,
  ) {}

  look(): void {
    const { day } = this;
    const { nowMs } = day.world;
    if (nowMs - this.lookedMs < LOOK_EVERY_MS) return;
    this.lookedMs = nowMs;
    const live = day.truth.liveOrders();
    const isReady = live.length > 0 && day.readyStatus() !== null;
    const halts = day.haltsAt(nowMs, 0);
    if (!isReady || halts.length === 0) this.haltedSinceMs.clear();
    if (!isReady) this.oldSinceMs.clear();
    else for (const order of live) this.judge(order, halts);
  }

  private judge(order: Order, halts: readonly string[]): void {
    const { day } = this;
    const { nowMs } = day.world;
    const sent = day.truth.sent.get(order.terms.orderRef);
    if (sent?.isClosing !== false || order.contract.localSymbol !== day.localSymbol) return;
    // One that came back without a word is found with the next look at the open orders, not before; nor one that was never told.
    if (day.truth.isGoneForTheBridge(order) || !day.truth.isShown(order)) return;
    const haltedMs = halts.length > 0 ? lasting(this.haltedSinceMs, order, nowMs) : 0;
    const { orderLifetimeMs = 0 } = day.setting.bridge;
    const ageMs = (nowMs - sent.sentMs) * day.setting.speed;
    const oldMs = ageMs > orderLifetimeMs ? lasting(this.oldSinceMs, order, nowMs) : 0;
    if (this.isCancelDue(order, haltedMs))
      this.report('halted-works', `${describe(order)} works on, though halted by ${halts.join(', ')}`);
    if (this.isCancelDue(order, oldMs))
      this.report(
        'order-lifetime',
        `${describe(order)} is ${ageMs.toFixed(0)} market ms old, the limit is ${orderLifetimeMs}`,
      );
  }

  /** @param wrongMs for how long the order should not have worked */
  private isCancelDue({ orderId, status }: Order, wrongMs: number): boolean {
    const askedMs = this.day.truth.cancelAskedMs.get(orderId);
    if (askedMs === undefined) return wrongMs > ASKED_WITHIN_MS;
    const isOnItsWay = status === 'PendingCancel';
    return !isOnItsWay && Math.min(wrongMs, this.day.world.nowMs - askedMs) > ASKED_AGAIN_WITHIN_MS;
  }
}

/** @returns for how long this has been so of an order, ms */
function lasting(sinceMs: Map<number, number>, { permId }: Order, nowMs: number): number {
  const since = sinceMs.get(permId) ?? nowMs;
  sinceMs.set(permId, since);
  return nowMs - since;
}
