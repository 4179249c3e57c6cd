import type { Account } from './account.js';
import { type Commission, type Execution, isLive, type Order } from './order.js';

/** Every order, fill and id of the gateway: what survives a client's reconnect, and with a state file a restart. */
export class Ledger {
  readonly orders = new Map<number, Order>();
  readonly executions: Execution[] = [];
  readonly commissions = new Map<string, Commission>();
  readonly accounts = new Map<string, Account>();
  /** Orders that were taken out as if they had never been. */
  readonly lost: Order[] = [];
  /** Highest order id each client has used. */
  readonly lastOrderId = new Map<number, number>();
  lastPermId: number;
  arrivals = 0;
  /** Fills booked so far: execution ids are made of it. */
  fills = 0;
  /** Ids that client 0 got for orders entered by hand: they count down from 0. */
  lastBoundId = 0;

  constructor(
    firstPermId: number,
    private readonly firstOrderId: number,
  ) {
    this.lastPermId = firstPermId;
  }

  nextOrderId(clientId: number): number {
    return Math.max(this.firstOrderId, (this.lastOrderId.get(clientId) ?? 0) + 1);
  }

  /** The order that a client means by one of its ids: one that works, else the newest, since a restart can use ids again. */
  find(clientId: number, orderId: number): Order | undefined {
    let found: Order | undefined;
    for (const order of this.orders.values())
      if (order.clientId === clientId && order.orderId === orderId && (isLive(order) || !found || !isLive(found)))
        found = order;
    return found;
  }

  live(): Order[] {
    return [...this.orders.values()].filter(isLive);
  }

  completed(): Order[] {
    return [...this.orders.values()].filter((order) => !isLive(order));
  }

  children(parent: Order): Order[] {
    return [...this.orders.values()].filter((order) => order.parentPermId === parent.permId);
  }

  /** The parent's id as the order's own client knows it; 0 for none. */
  parentIdOf(order: Order): number {
    return order.parentPermId === 0 ? 0 : (this.orders.get(order.parentPermId)?.orderId ?? 0);
  }

  /** The next ids of every client go back, as after a restart that lost late orders. */
  moveIdsBack(by: number): void {
    for (const [clientId, last] of this.lastOrderId) this.lastOrderId.set(clientId, Math.max(0, last - by));
  }

  /** Takes out the newest orders without a fill: they never reached the exchange. @returns them */
  loseNewest(count: number): Order[] {
    const lost =
      count === 0
        ? []
        : this.live()
            .filter((order) => order.filled === 0)
            .slice(-count);
    for (const order of lost) this.orders.delete(order.permId);
    this.lost.push(...lost);
    return lost;
  }
}
