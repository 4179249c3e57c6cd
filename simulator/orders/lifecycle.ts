import type { FutureContract } from '../contracts/contract.js';
import type { GatewaySettings } from '../settings.js';
import { bookFill } from './booking.js';
import type { Exchange, ExchangeEvents } from './exchange.js';
import type { Ledger } from './ledger.js';
import type { Fill } from './matching.js';
import { isLive, type Order, type OrderStatus, remainingOf } from './order.js';
import type { OrderReport } from './report.js';

export interface LifecycleDependencies {
  readonly ledger: Ledger;
  readonly settings: GatewaySettings;
  nowMs(): number;
  exchangeOf(contract: FutureContract): Exchange | undefined;
  /** Runs `work` later, unless the gateway has stopped by then. */
  later(ms: number, work: () => void): void;
  /** Everything that one step did, in order. */
  report(reports: OrderReport[]): void;
}

/** Why an order is not worked; without a code nothing but the state says so. */
export interface Reason {
  readonly code?: number | undefined;
  readonly text: string;
  readonly rejectJson?: string | undefined;
}

/** Moves orders through their states at the exchange, books their fills, and reports both. */
export class OrderLifecycle implements ExchangeEvents {
  #reports: OrderReport[] = [];
  #depth = 0;
  /** Waiting at IB, and whether the answer to a cancel waits with them. */
  readonly #held = new Map<Order, { readonly cancelsWait: boolean }>();

  constructor(private readonly deps: LifecycleDependencies) {}

  /** Runs a step and reports it as one group, also where steps nest. */
  step(work: () => void): void {
    this.#depth++;
    try {
      work();
    } finally {
      if (--this.#depth === 0 && this.#reports.length > 0) {
        const reports = this.#reports;
        this.#reports = [];
        this.deps.report(reports);
      }
    }
  }

  tell(report: OrderReport): void {
    this.#reports.push(report);
  }

  /** Sends an order on, with the parent and the siblings that waited for it. */
  transmit(order: Order): void {
    const { ledger } = this.deps;
    const parent = ledger.orders.get(order.parentPermId);
    const family = parent ? [parent, ...ledger.children(parent)] : [order];
    const waiting = family.filter((member) => !member.transmitted && isLive(member));
    for (const member of waiting) member.transmitted = true;
    for (const member of waiting) {
      const held = ledger.orders.get(member.parentPermId);
      if (held && isLive(held)) this.changeStatus(member, 'PreSubmitted', 'child');
      else if (isLive(member)) this.#send(member);
    }
  }

  /** Hands an order to IB, which hands it to the exchange. */
  work(order: Order): void {
    const isStop = order.workingAs === 'stop';
    this.changeStatus(order, 'PreSubmitted', isStop ? 'trigger' : '');
    const { preSubmittedMs } = this.deps.settings.statusDelays;
    if (isStop || preSubmittedMs === 0) this.#toExchange(order);
    else this.#after(preSubmittedMs, order, 'PreSubmitted', () => this.#toExchange(order));
  }

  changeStatus(order: Order, status: OrderStatus, whyHeld: string): void {
    order.status = status;
    order.whyHeld = whyHeld;
    this.#describe(order, ['openOrder', 'orderStatus']);
  }

  /** Told as Inactive. With `thenMs` it was never gone: it works on after that. */
  suspend(order: Order, { thenMs, ...reason }: Reason & { readonly thenMs?: number | undefined }): void {
    this.#end(order, 'Inactive');
    order.transmitted = true;
    order.suspended = thenMs !== undefined;
    this.#explain(order, ['openOrder', 'orderStatus'], reason);
    if (thenMs !== undefined) this.#after(thenMs, order, 'Inactive', () => this.reopen(order));
  }

  /** An order that was reported as over is open, and works. */
  reopen(order: Order): void {
    order.suspended = false;
    order.completedMs = undefined;
    order.rejectReason = '';
    this.deps.ledger.orders.set(order.permId, order);
    this.#toExchange(order);
  }

  /** Taken, and kept back at IB: PreSubmitted with a warning, until `releaseHeld` or for `ms`. */
  hold(order: Order, reason: Reason, { ms, cancelsWait }: { ms: number | undefined; cancelsWait: boolean }): void {
    order.transmitted = true;
    this.#held.set(order, { cancelsWait });
    order.status = 'PreSubmitted';
    this.#explain(order, ['openOrder', 'orderStatus'], reason);
    if (ms !== undefined) this.deps.later(ms, () => this.step(() => this.#release(order)));
  }

  /** What was held goes to the exchange, or gets the answer to its cancel. */
  releaseHeld(): void {
    this.step(() => {
      for (const order of [...this.#held.keys()]) this.#release(order);
    });
  }

  /** A cancel that somebody asked for: it may take its time, and an order that the server never had ends at once. */
  requestCancel(order: Order): void {
    const { cancelMs } = this.deps.settings.statusDelays;
    const waits = this.#held.get(order)?.cancelsWait ?? false;
    if (!order.transmitted || order.status === 'PendingSubmit') this.cancel(order, '', 'ApiCancelled');
    else if (cancelMs === 0 && !waits) this.cancel(order, '');
    else {
      order.suspended = false;
      order.status = 'PendingCancel';
      this.#describe(order, ['orderStatus']);
      if (!waits) this.#after(cancelMs, order, 'PendingCancel', () => this.cancel(order, ''));
    }
  }

  cancel(order: Order, reason: string, status: OrderStatus = 'Cancelled'): void {
    if (!isLive(order)) return;
    this.#end(order, status);
    this.#explain(order, ['orderStatus'], { code: 202, text: `Order Canceled - reason:${reason}` });
    if (order.filled < order.quantity) for (const child of this.deps.ledger.children(order)) this.cancel(child, reason);
  }

  /** The exchange was faster than a cancel: it fills, and the client hears of the cancel now and of the fill later. */
  fillThenCancel(order: Order, fill: Fill, afterMs: number): void {
    this.tell(this.#tellFill(order, fill, afterMs));
    this.cancel(order, '');
  }

  reject(order: Order, reason: Reason, status: 'Inactive' | 'Cancelled' = 'Inactive'): void {
    this.#end(order, status);
    order.rejectReason = reason.text;
    this.#explain(order, ['openOrder', 'orderStatus'], reason);
  }

  /** Takes an order away from the exchange without a word. */
  forget(order: Order): void {
    this.#end(order, 'Cancelled');
  }

  onTriggered(order: Order): void {
    if (order.status !== 'PendingCancel') this.step(() => this.changeStatus(order, 'Submitted', ''));
  }

  onFill(order: Order, fill: Fill): void {
    this.step(() => {
      const size = Math.min(fill.size, remainingOf(order));
      if (!isLive(order) || size === 0) return;
      const commission = this.#tellFill(order, { ...fill, size });
      if (remainingOf(order) === 0) this.#end(order, 'Filled');
      this.#describe(order, ['openOrder', 'orderStatus']);
      this.tell(commission);
      this.#shrinkGroup(order, size);
      if (order.status === 'Filled') this.#wakeChildren(order);
    });
  }

  /** Tells a client something about one of its orders that changes nothing. */
  warn(order: Order, reason: Reason): void {
    this.#explain(order, [], reason);
  }

  /** Sends an order on its way: told as PendingSubmit where it takes its time. */
  #send(order: Order): void {
    const { pendingSubmitMs } = this.deps.settings.statusDelays;
    if (pendingSubmitMs === 0) this.work(order);
    else {
      this.changeStatus(order, 'PendingSubmit', '');
      this.#after(pendingSubmitMs, order, 'PendingSubmit', () => this.work(order));
    }
  }

  #toExchange(order: Order): void {
    const exchange = this.deps.exchangeOf(order.contract)!;
    if (order.terms.tif === 'FOK' && exchange.available(order) < remainingOf(order)) {
      this.cancel(order, 'fill or kill');
      return;
    }
    if (order.workingAs !== 'stop') this.changeStatus(order, 'Submitted', '');
    exchange.accept(order);
    if (order.terms.tif === 'IOC' && isLive(order)) this.cancel(order, 'immediate or cancel');
  }

  /** What comes next, unless something else has happened to the order by then. */
  #after(ms: number, order: Order, status: OrderStatus, next: () => void): void {
    this.deps.later(ms, () => {
      if (order.status === status && isLive(order) && this.deps.ledger.orders.has(order.permId)) this.step(next);
    });
  }

  #release(order: Order): void {
    if (!this.#held.delete(order) || !isLive(order)) return;
    if (order.status === 'PendingCancel') this.cancel(order, '');
    else this.#toExchange(order);
  }

  /** Books and tells a fill. @returns the commission, told behind the states */
  #tellFill(order: Order, fill: Fill, afterMs?: number): OrderReport {
    const { execution, commission } = bookFill(this.deps, order, fill, this.deps.nowMs());
    const late = afterMs === undefined ? {} : { afterMs };
    this.tell({ kind: 'execution', execution, ...late });
    return { kind: 'commission', commission, clientId: order.clientId, ...late };
  }

  /** One cancels others: type 1 ends the rest at the first fill, 2 and 3 shrink them; a bracket's children shrink. */
  #shrinkGroup(filled: Order, size: number): void {
    const others = this.deps.ledger.live().filter((order) => order !== filled && areLinked(order, filled));
    for (const order of others) {
      const cancels = filled.terms.ocaGroup !== '' && filled.terms.ocaType <= 1;
      if (cancels || filled.status === 'Filled' || remainingOf(order) <= size) this.cancel(order, 'OCA group');
      else {
        order.quantity -= size;
        this.#describe(order, ['openOrder', 'orderStatus']);
      }
    }
  }

  #wakeChildren(parent: Order): void {
    for (const child of this.deps.ledger.children(parent))
      if (child.transmitted && child.whyHeld === 'child' && isLive(child)) this.work(child);
  }

  #end(order: Order, status: OrderStatus): void {
    order.status = status;
    order.whyHeld = '';
    order.suspended = false;
    order.completedMs = this.deps.nowMs();
    this.#held.delete(order);
    this.deps.exchangeOf(order.contract)?.release(order);
  }

  #describe(order: Order, kinds: readonly ('openOrder' | 'orderStatus')[]): void {
    const parentId = this.deps.ledger.parentIdOf(order);
    for (const kind of kinds) this.tell({ kind, order: { ...order }, parentId });
  }

  /** The order's state, then the error that explains it, where there is one. */
  #explain(order: Order, kinds: readonly ('openOrder' | 'orderStatus')[], { code, text, rejectJson }: Reason): void {
    this.#describe(order, kinds);
    if (code === undefined) return;
    const { clientId, orderId } = order;
    this.tell({ kind: 'error', clientId, orderId, code, text, ...(rejectJson === undefined ? {} : { rejectJson }) });
  }
}

function areLinked(a: Order, b: Order): boolean {
  if (a.terms.ocaGroup !== '' && a.terms.ocaGroup === b.terms.ocaGroup && a.account === b.account) return true;
  return a.parentPermId !== 0 && a.parentPermId === b.parentPermId;
}
