import { randomUUID } from 'node:crypto';
import {
  type CommissionReport,
  type Contract,
  EventName,
  type Execution as GatewayExecution,
  type Order as GatewayOrder,
  type OrderState as GatewayOrderState,
} from '@stoqey/ib';
import { CLIENT_ID } from '../../shared/config/services.js';
import type { EntryOf } from '../../shared/contract/order-journal.js';
import { giveWay } from '../behind-orders.js';
import { gatewayOrder } from '../connection/gateway-order.js';
import type { OrderEncoder } from '../connection/order-encoder.js';
import type { GatewaySession } from '../connection/session.js';
import { meaningOfOrderError } from '../connection/system-codes.js';
import type { Refusal } from '../risk/rule.js';
import { readExecution } from './fill-report.js';
import type { JournalQueue } from './journal-queue.js';
import type { OrderAsk } from './order-ask.js';
import type { Order, OrderLedger } from './order-ledger.js';
import { mayLeaveAhead, type OrderSlot, OrderSlots } from './order-slot.js';
import { isFinal, isLive, nextState, saysAlive } from './order-state.js';

export interface OrderDeskDeps {
  readonly account: string;
  readonly contract: Contract;
  /** Points. */
  readonly tickSize: number;
  readonly journal: JournalQueue;
  readonly marketMs: () => number;
  /** Contracts of the largest order, and market ms until which one may be sent that nobody has decided yet; NaN: none may. */
  readonly slotLimits: () => { readonly contractsMax: number; readonly untilMs: number };
  /** Asked again about an order that has waited for the disk: by what is true now, may it still go? */
  readonly recheck: (ask: OrderAsk) => Refusal | null;
  /** An order was refused, whatever the code, or ended although nobody here had asked for that; once for each order. */
  readonly onRefused: (order: Order) => void;
  readonly onFill: (fill: EntryOf<'fill'>) => void;
  /** The exchange has taken a trade back. */
  readonly onBust: (bust: EntryOf<'bust'>) => void;
  /** A report about our account that cannot be written down as it is: what it says is missing here. */
  readonly onOddReport: (why: string) => void;
  /** Points; null where our book has none. */
  readonly mid: () => number | null;
  /** An error about an order whose code nobody has listed. */
  readonly onUnlistedCode: (why: string) => void;
  /** An order lives under our client id and is in no journal: nothing may be opened until that is looked into. */
  readonly onUnknownOrder: (what: string) => void;
  /** Only a fresh look at the gateway's truth can explain this; where it is about one order, which. */
  readonly onDoubt: (reason: string, orderRef: string | null) => void;
}

/** What was true when an order was decided may no longer be, once the disk has taken its intent. */
const RECHECK_AFTER_MS = 50;

/**
 * Sends orders and cancels, and writes down what comes back. Nothing is sent of which the disk knows nothing: it has the intent, or
 * a slot with the reference, the id and the most that may be sent under them.
 */
export class OrderDesk {
  private readonly slots: OrderSlots;
  private session: GatewaySession | undefined;
  /** Of this session; null where the library must write its orders: then each waits for its intent. */
  private encoder: OrderEncoder | null | undefined;
  private nextOrderId = 0;
  private sentCount = 0;
  /** Orders that still wait for their turn to be sent; a cancel takes them out. */
  private readonly unsent = new Set<string>();

  constructor(private readonly deps: OrderDeskDeps) {
    this.slots = new OrderSlots(deps.journal);
    deps.journal.onOrderChange = (before, after) => this.onOrderChange(before, after);
  }

  get ordersSent(): number {
    return this.sentCount;
  }

  /** Listens on a new connection. The gateway's next id can go backwards across a restart: ours never does. */
  attach(session: GatewaySession): void {
    if (this.session === session) return;
    this.session = session;
    this.encoder = undefined;
    this.slots.void('another connection');
    this.nextOrderId = Math.max(session.nextValidId, this.ledger.highestOrderId + 1, this.nextOrderId);
    const { ib } = session;
    ib.on(EventName.orderStatus, this.onStatus);
    ib.on(EventName.openOrder, this.onOpenOrder);
    ib.on(EventName.execDetails, (_requestId, contract, execution) => this.onExecution(contract, execution));
    ib.on(EventName.commissionReport, this.onCommission);
    ib.on(EventName.error, (error: Error, code: number, id: number) => this.onError(id, code, error.message));
  }

  /** @returns the order's reference; null where the connection is gone or the journal cannot be written: not sent */
  place(ask: OrderAsk): string | null {
    const { session } = this;
    if (!session?.open) return null;
    const slot = this.slots.take();
    if (slot && mayLeaveAhead(slot, ask, this.deps.marketMs()) && this.placeAhead(session, slot, ask))
      return slot.orderRef;
    const orderRef = slot?.orderRef ?? randomUUID();
    const orderId = slot?.orderId ?? this.nextOrderId++;
    const decidedMs = performance.now();
    if (!this.deps.journal.intend({ kind: 'intent', orderRef, orderId, ...ask })) return null;
    this.unsent.add(orderRef);
    const dropped = () => this.notSent(orderRef, 'the connection ended first');
    const accepted = session.send(
      'order',
      (ib) => {
        const waitedMs = performance.now() - decidedMs;
        const refusal = waitedMs > RECHECK_AFTER_MS ? this.deps.recheck(ask) : null;
        if (refusal) this.notSent(orderRef, `after ${Math.round(waitedMs)} ms of waiting: ${refusal.reason}`);
        if (!this.unsent.delete(orderRef)) return;
        ib.placeOrder(orderId, this.deps.contract, gatewayOrder(this.deps.account, orderRef, ask));
        this.sentCount++;
        this.deps.journal.append({ kind: 'sent', orderRef }, 'later');
      },
      dropped,
    );
    if (!accepted) dropped();
    return orderRef;
  }

  /**
   * The order first, its intent after it: the disk has the slot. A process that ends between the two leaves a slot of which only
   * the gateway knows what became. @returns false where it would have to wait for its turn: then nothing was done
   */
  private placeAhead(session: GatewaySession, { orderRef, orderId, message }: OrderSlot, ask: OrderAsk): boolean {
    const { side, contracts, orderType, limitPrice } = ask;
    if (!session.sendNow('order', message.fill(side, contracts, orderType, limitPrice))) return false;
    this.sentCount++;
    this.deps.journal.appendBehind([
      { entry: { kind: 'intent', orderRef, orderId, ...ask }, durability: 'soon' },
      { entry: { kind: 'sent', orderRef }, durability: 'later' },
    ]);
    giveWay();
    return true;
  }

  /** Has the next order's slot on disk before it is decided; called when nothing else is to be done. */
  prepare(): void {
    if (this.slots.isOpen || !this.session?.open) return;
    const { contractsMax, untilMs } = this.deps.slotLimits();
    if (!(this.deps.marketMs() < untilMs)) return;
    if (this.encoder === undefined) this.encoder = this.session.orderEncoder(this.deps.account, this.deps.contract);
    if (this.encoder !== null && this.slots.open(this.nextOrderId, contractsMax, untilMs, this.encoder))
      this.nextOrderId++;
  }

  /** Walks what an order would, without effect: see `Rehearsal`. @param price points */
  rehearse(price: number): void {
    this.slots.rehearse(price);
  }

  /** A journal with an open slot does not go on with another trade date. */
  endSlotInTime(): void {
    this.slots.voidIfOver(this.deps.marketMs());
  }

  /** No order will leave any more. */
  voidSlot(reason: string): void {
    this.slots.void(reason);
  }

  /**
   * Overtakes waiting orders. Sent even when the journal cannot take the line: a cancel only lessens risk. Without a
   * connection it is not asked for: an order must not count as being cancelled by a message that never left.
   */
  cancel({ orderRef, orderId }: Order, reason: string): void {
    if (this.unsent.has(orderRef)) {
      this.notSent(orderRef, reason);
      return;
    }
    if (!this.session?.open) return;
    this.deps.journal.append({ kind: 'cancel', orderRef, reason }, 'later');
    this.session?.cancelOrder(orderId);
  }

  /** An order under our client id that is in no journal of ours. */
  cancelOrphan(orderId: number): void {
    this.session?.cancelOrder(orderId);
  }

  /** Writes an execution down, whoever reported it: live, or in answer to a question. */
  onExecution(contract: Contract, execution: GatewayExecution): void {
    if (execution.acctNumber !== this.deps.account || contract.localSymbol !== this.deps.contract.localSymbol) return;
    const report = readExecution(execution, this.ledger, this.deps.tickSize, this.deps.mid());
    if (report.kind === 'odd') this.deps.onOddReport(report.why);
    if (report.kind !== 'entry' || !this.deps.journal.append(report.entry, 'soon')) return;
    if (report.entry.kind === 'fill') this.deps.onFill(report.entry);
    else this.deps.onBust(report.entry);
  }

  readonly onCommission = ({ execId, commission, currency, realizedPNL }: CommissionReport): void => {
    if (execId === undefined || commission === undefined || this.ledger.executions.hasCommission(execId, commission))
      return;
    const realizedPnl = realizedPNL !== undefined && Math.abs(realizedPNL) < 1e300 ? realizedPNL : null;
    this.deps.journal.append(
      { kind: 'commission', execId, amount: commission, currency: currency ?? '', realizedPnl },
      'soon',
    );
  };

  private notSent(orderRef: string, reason: string): void {
    if (this.unsent.delete(orderRef)) this.deps.journal.append({ kind: 'not-sent', orderRef, reason });
  }

  private get ledger(): OrderLedger {
    return this.deps.journal.ledger;
  }

  private readonly onStatus = (
    orderId: number,
    status: string,
    filled: number,
    remaining: number,
    _average: number,
    permId?: number,
    _parentId?: number,
    _lastFillPrice?: number,
    clientId?: number,
  ): void => {
    if (clientId !== CLIENT_ID) return;
    const order = this.ledger.byOrderId(orderId);
    if (order && !isOfAnother(order, permId))
      this.recordStatus(order, { status, filled, remaining, permId: permId ?? 0 });
    else if (saysAlive(status)) this.deps.onUnknownOrder(`order ${orderId} is ${status}, and in no journal`);
  };

  private readonly onOpenOrder = (
    orderId: number,
    contract: Contract,
    reported: GatewayOrder,
    { status }: GatewayOrderState,
  ): void => {
    if (reported.clientId !== CLIENT_ID) return;
    // Ids may have begun anew at the gateway; a reference is nobody else's.
    const order = reported.orderRef ? this.ledger.order(reported.orderRef) : this.ledger.byOrderId(orderId);
    if (!order) {
      if (saysAlive(status) && contract.localSymbol === this.deps.contract.localSymbol)
        this.deps.onUnknownOrder(`order ${orderId} is ${status}, and in no journal`);
      return;
    }
    // It does not say how much was filled: its end is a status to wait for, or to ask about.
    const isCancelled = status === 'Cancelled' || status === 'ApiCancelled';
    if (isCancelled && isFinal(order.state)) return;
    this.recordStatus(order, {
      status: isCancelled ? 'PendingCancel' : status,
      ...{ filled: order.reportedFilled, remaining: order.contracts - order.reportedFilled },
      permId: reported.permId ?? 0,
    });
  };

  /** The gateway repeats itself: only what changes the ledger is written. */
  private recordStatus(order: Order, report: Omit<EntryOf<'status'>, 'kind' | 'orderRef'>): void {
    if (!Number.isSafeInteger(report.filled) || report.filled < 0) {
      this.deps.onOddReport(`order ${order.orderRef} is ${report.status}, filled ${report.filled}`);
      this.deps.onDoubt(`order ${order.orderRef}: a status that cannot be read`, null);
      return;
    }
    const isNewId = report.permId > 0 && !order.permIds.includes(report.permId);
    if (!isNewId && !isNews(order, report)) return;
    this.deps.journal.append({ kind: 'status', orderRef: order.orderRef, ...report }, 'later');
    if (isNewId && order.permIds.length > 0) this.deps.onDoubt(`order ${order.orderRef} has two permanent ids`, null);
  }

  private onError(orderId: number, code: number, text: string): void {
    const order = this.ledger.byOrderId(orderId);
    if (!order) return;
    const { orderRef } = order;
    switch (meaningOfOrderError(code)) {
      case 'rejected':
      case 'duplicate-id':
        this.deps.journal.append({ kind: 'rejected', orderRef, code, text });
        if (code === 103) {
          this.slots.void('order ids go on further above');
          this.nextOrderId = Math.max(this.nextOrderId, this.ledger.highestOrderId + 1000);
        }
        return;
      case 'cancelled': {
        // The status that goes with it says how much was filled before.
        const { reportedFilled: filled, contracts } = order;
        if (isLive(order.state))
          this.recordStatus(order, { status: 'PendingCancel', filled, remaining: contracts - filled, permId: 0 });
        return;
      }
      case 'race':
        this.deps.journal.append({ kind: 'warning', orderRef, code, text }, 'later');
        this.deps.onDoubt(`order ${orderRef}: ${code} ${text}`, orderRef);
        return;
      case 'warning':
        this.deps.journal.append({ kind: 'warning', orderRef, code, text }, 'later');
        return;
      case 'unlisted':
        this.deps.journal.append({ kind: 'warning', orderRef, code, text }, 'later');
        this.deps.onUnlistedCode(`order ${orderRef}: ${code} ${text}`);
        this.deps.onDoubt(`order ${orderRef}: ${code} ${text}`, null);
        return;
    }
  }

  /** A refusal, an end that nobody asked for, and a return from the dead are noticed whoever reported them. */
  private onOrderChange(before: Order, after: Order): void {
    const { orderRef } = after;
    const isRefused = isLive(before.state) && before.refusal === null && after.refusal !== null;
    const hasEnded = isLive(before.state) && (after.state === 'cancelled' || after.state === 'rejected');
    if (isRefused || (hasEnded && before.refusal === null && !after.cancelAsked)) this.deps.onRefused(after);
    if (isRefused && isLive(after.state))
      this.deps.onDoubt(`order ${orderRef} is refused (${after.refusal})`, orderRef);
    const isBack = before.isOver && !after.isOver;
    if ((isFinal(before.state) && isLive(after.state)) || isBack)
      this.deps.onDoubt(`order ${orderRef} was ${before.state} and is ${after.state} again`, null);
  }
}

/**
 * The order's permanent id is another: its order id is used anew, by an order that is not ours. Should it be ours all the
 * same, the reconciliation that follows finds it by its reference.
 */
function isOfAnother({ permIds }: Order, permId = 0): boolean {
  return permId > 0 && permIds.length > 0 && !permIds.includes(permId);
}

/** Whether a status tells something that the ledger does not know yet. */
function isNews(order: Order, { status, filled }: Pick<EntryOf<'status'>, 'status' | 'filled'>): boolean {
  const reportedFilled = Math.max(filled, order.reportedFilled);
  const [executionsMissing, isWhole] = [reportedFilled > order.filled, reportedFilled >= order.contracts];
  return (
    filled > order.reportedFilled ||
    (status === 'Inactive' && order.refusal === null) ||
    nextState(order.state, { kind: 'status', status, executionsMissing, isWhole }) !== order.state
  );
}
