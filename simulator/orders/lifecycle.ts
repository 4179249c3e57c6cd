import type { FutureContract } from '../contracts/contract.js';
import type { GatewaySettings } from '../settings.js';
import type { Exchange, ExchangeEvents } from './exchange.js';
import type { Ledger } from './ledger.js';
import type { Fill } from './matching.js';
import { type Execution, isLive, type Order, type OrderStatus, remainingOf } from './order.js';
import type { OrderReport } from './report.js';

export interface LifecycleDependencies {
  readonly ledger: Ledger;
  readonly settings: GatewaySettings;
  nowMs(): number;
  exchangeOf(contract: FutureContract): Exchange | undefined;
  /** Everything that one step did, in order. */
  report(reports: OrderReport[]): void;
}

/** Moves orders through their states at the exchange, books their fills, and reports both. */
export class OrderLifecycle implements ExchangeEvents {
  #reports: OrderReport[] = [];
  #depth = 0;

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
      else if (isLive(member)) this.work(member);
    }
  }

  /** Hands an order to the exchange. */
  work(order: Order): void {
    const exchange = this.deps.exchangeOf(order.contract)!;
    const isStop = order.workingAs === 'stop';
    this.changeStatus(order, 'PreSubmitted', isStop ? 'trigger' : '');
    if (order.terms.tif === 'FOK' && exchange.available(order) < remainingOf(order)) {
      this.cancel(order, 'fill or kill');
      return;
    }
    if (!isStop) this.changeStatus(order, 'Submitted', '');
    exchange.accept(order);
    if (order.terms.tif === 'IOC' && isLive(order)) this.cancel(order, 'immediate or cancel');
  }

  changeStatus(order: Order, status: OrderStatus, whyHeld: string): void {
    order.status = status;
    order.whyHeld = whyHeld;
    this.#describe(order, ['openOrder', 'orderStatus']);
  }

  cancel(order: Order, reason: string): void {
    if (!isLive(order)) return;
    this.#end(order, 'Cancelled');
    this.#describe(order, ['orderStatus']);
    this.#error(order, 202, `Order Canceled - reason:${reason}`);
    if (order.filled < order.quantity) for (const child of this.deps.ledger.children(order)) this.cancel(child, reason);
  }

  reject(order: Order, code: number, text: string, rejectJson?: string): void {
    this.#end(order, 'Inactive');
    order.rejectReason = text;
    this.#describe(order, ['openOrder', 'orderStatus']);
    this.#error(order, code, text, rejectJson);
  }

  /** Takes an order away from the exchange without a word. */
  forget(order: Order): void {
    this.deps.exchangeOf(order.contract)?.release(order);
  }

  onTriggered(order: Order): void {
    this.step(() => this.changeStatus(order, 'Submitted', ''));
  }

  onFill(order: Order, fill: Fill): void {
    this.step(() => {
      const size = Math.min(fill.size, remainingOf(order));
      if (!isLive(order) || size === 0) return;
      this.#book(order, { ...fill, size });
      this.#shrinkGroup(order, size);
      if (order.status === 'Filled') this.#wakeChildren(order);
    });
  }

  #book(order: Order, fill: Fill): void {
    const { ledger, settings } = this.deps;
    order.filled += fill.size;
    order.filledTicks += fill.size * fill.priceTicks;
    order.lastFillTicks = fill.priceTicks;
    const execution = this.#execution(order, fill);
    ledger.executions.push(execution);
    const amount = Math.round(fill.size * settings.commissionPerContract * 100) / 100;
    const realizedPnl = ledger.accounts.get(order.account)!.book(execution, amount);
    const commission = { execId: execution.execId, amount, realizedPnl };
    ledger.commissions.set(execution.execId, commission);
    this.tell({ kind: 'execution', execution });
    if (remainingOf(order) === 0) this.#end(order, 'Filled');
    this.#describe(order, ['openOrder', 'orderStatus']);
    this.tell({ kind: 'commission', commission, clientId: order.clientId });
  }

  #execution(order: Order, fill: Fill): Execution {
    const number = (++this.deps.ledger.fills).toString(16).padStart(8, '0');
    return {
      execId: `0000e0d5.${number}.01.01`,
      permId: order.permId,
      clientId: order.clientId,
      orderId: order.orderId,
      contract: order.contract,
      account: order.account,
      side: order.side,
      shares: fill.size,
      priceTicks: fill.priceTicks,
      timeMs: this.deps.nowMs(),
      cumulativeQuantity: order.filled,
      averageTicks: order.filledTicks / order.filled,
      orderRef: order.terms.orderRef,
      modelCode: order.terms.modelCode,
      lastLiquidity: fill.liquidity,
    };
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
    order.completedMs = this.deps.nowMs();
    this.deps.exchangeOf(order.contract)?.release(order);
  }

  #describe(order: Order, kinds: readonly ('openOrder' | 'orderStatus')[]): void {
    const parentId = this.deps.ledger.parentIdOf(order);
    for (const kind of kinds) this.tell({ kind, order: { ...order }, parentId });
  }

  #error(order: Order, code: number, text: string, rejectJson?: string): void {
    const { clientId, orderId } = order;
    this.tell({ kind: 'error', clientId, orderId, code, text, ...(rejectJson === undefined ? {} : { rejectJson }) });
  }
}

function areLinked(a: Order, b: Order): boolean {
  if (a.terms.ocaGroup !== '' && a.terms.ocaGroup === b.terms.ocaGroup && a.account === b.account) return true;
  return a.parentPermId !== 0 && a.parentPermId === b.parentPermId;
}
