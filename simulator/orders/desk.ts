import { type FutureContract, ticksOf } from '../contracts/contract.js';
import type { GatewaySettings } from '../settings.js';
import type { PlaceOrder } from '../wire/decode-order.js';
import type { Exchange, ExchangeEvents } from './exchange.js';
import type { Ledger } from './ledger.js';
import type { Fill } from './matching.js';
import { type Execution, isLive, type Order, type OrderStatus, remainingOf } from './order.js';
import { type Refusal, refusalOfChange, refusalOfTerms } from './order-rules.js';
import { previewOf } from './preview.js';
import type { OrderReport } from './report.js';

export interface DeskDependencies {
  readonly ledger: Ledger;
  readonly settings: GatewaySettings;
  nowMs(): number;
  /** Contracts matching the query; undefined where the order names none or several. */
  resolve(request: PlaceOrder): FutureContract | undefined;
  exchangeOf(contract: FutureContract): Exchange | undefined;
  /** Everything that one step did, in order. */
  report(reports: OrderReport[]): void;
}

/** Takes orders from clients, works them at the exchange, and reports what becomes of them. */
export class OrderDesk implements ExchangeEvents {
  #reports: OrderReport[] = [];
  #depth = 0;

  constructor(private readonly deps: DeskDependencies) {}

  place(clientId: number, request: PlaceOrder): void {
    this.#step(() => {
      const { ledger, settings } = this.deps;
      const contract = this.deps.resolve(request);
      const existing = ledger.find(clientId, request.orderId);
      const refusal = this.#refusalOf(clientId, request, contract, existing);
      if (refusal) return this.#refuse(clientId, request.orderId, refusal);
      if (request.terms.whatIf) return this.#preview(clientId, request, contract!);
      if (existing) return this.#change(existing, request);
      const order = this.#create(clientId, request, contract!);
      ledger.lastOrderId.set(clientId, Math.max(ledger.lastOrderId.get(clientId) ?? 0, request.orderId));
      ledger.orders.set(order.permId, order);
      const shortage = this.#shortageOf(order, settings);
      if (shortage) return this.#reject(order, 201, shortage);
      if (order.terms.transmit) this.#transmit(order);
    });
  }

  /** A client's cancel. Only the owner's ids are known here, so that nobody can cancel another client's order. */
  cancel(clientId: number, orderId: number, isModern: boolean): void {
    this.#step(() => {
      const order = this.deps.ledger.find(clientId, orderId);
      if (!order) {
        const modern = { code: 10147, text: `OrderId ${orderId} that needs to be cancelled is not found.` };
        return this.#refuse(
          clientId,
          orderId,
          isModern ? modern : { code: 135, text: `Can't find order with id =${orderId}` },
        );
      }
      if (!isLive(order)) {
        const modern = {
          code: 10148,
          text: `OrderId ${orderId} that needs to be cancelled cannot be cancelled, state: ${order.status}.`,
        };
        const classic = {
          code: 161,
          text: `Cancel attempted when order is not in a cancellable state. Order permId =${order.permId}`,
        };
        return this.#refuse(clientId, orderId, isModern ? modern : classic);
      }
      this.#cancel(order, `Order Canceled - reason:`);
    });
  }

  cancelAll(): void {
    this.#step(() => {
      for (const order of this.deps.ledger.live()) this.#cancel(order, 'Order Canceled - reason:');
    });
  }

  /** The exchange or the broker takes a live order away. */
  cancelUnasked(order: Order, reason: string): void {
    this.#step(() => this.#cancel(order, `Order Canceled - reason:${reason}`));
  }

  onTriggered(order: Order): void {
    this.#step(() => this.#status(order, 'Submitted', ''));
  }

  onFill(order: Order, fill: Fill): void {
    this.#step(() => this.#fill(order, fill));
  }

  /** Runs a step and reports it as one group, also where steps nest. */
  #step(work: () => void): void {
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

  #refusalOf(
    clientId: number,
    request: PlaceOrder,
    contract: FutureContract | undefined,
    existing: Order | undefined,
  ): Refusal | undefined {
    if (!contract) return { code: 200, text: 'No security definition has been found for the request' };
    if (!this.deps.settings.entitlements.trading)
      return { code: 201, text: 'Order rejected - reason:No trading permissions.' };
    const terms = refusalOfTerms(request.terms, contract, this.deps.settings);
    if (terms || request.terms.whatIf) return terms;
    if (existing) return refusalOfChange(existing, request.terms, contract);
    if (request.orderId < this.deps.ledger.nextOrderId(clientId)) return { code: 103, text: 'Duplicate order id' };
    const parent = request.terms.parentId;
    if (parent !== 0 && !this.deps.ledger.find(clientId, parent))
      return { code: 10006, text: `Missing parent order with id ${parent}` };
    if (!this.deps.exchangeOf(contract))
      return { code: 201, text: 'Order rejected - reason:the simulator plays no market data for this contract' };
    return undefined;
  }

  #refuse(clientId: number, orderId: number, refusal: Refusal): void {
    this.#reports.push({ kind: 'error', clientId, orderId, ...refusal });
  }

  #create(clientId: number, request: PlaceOrder, contract: FutureContract): Order {
    const { ledger, settings } = this.deps;
    const { terms, orderId } = request;
    const parent = terms.parentId === 0 ? undefined : ledger.find(clientId, terms.parentId);
    return {
      clientId,
      orderId,
      permId: ++ledger.lastPermId,
      parentPermId: parent?.permId ?? 0,
      contract,
      account: terms.account || settings.accounts[0]!,
      side: terms.action as 'BUY' | 'SELL',
      terms,
      quantity: terms.quantity,
      ...pricesOf(terms, contract),
      status: 'PendingSubmit',
      transmitted: false,
      whyHeld: '',
      filled: 0,
      filledTicks: 0,
      lastFillTicks: 0,
      queueAhead: Number.POSITIVE_INFINITY,
      arrival: ++ledger.arrivals,
      completedMs: undefined,
      rejectReason: '',
    };
  }

  /** Sends an order on, with the parent and the siblings that waited for it. */
  #transmit(order: Order): void {
    const { ledger } = this.deps;
    const parent = ledger.orders.get(order.parentPermId);
    const family = parent ? [parent, ...ledger.children(parent)] : [order];
    const waiting = family.filter((member) => !member.transmitted && isLive(member));
    for (const member of waiting) member.transmitted = true;
    for (const member of waiting) {
      const held = ledger.orders.get(member.parentPermId);
      if (held && held.status !== 'Filled') this.#status(member, 'PreSubmitted', 'child');
      else this.#work(member);
    }
  }

  #work(order: Order): void {
    const exchange = this.deps.exchangeOf(order.contract)!;
    const isStop = order.workingAs === 'stop';
    this.#status(order, 'PreSubmitted', isStop ? 'trigger' : '');
    if (order.terms.tif === 'FOK' && exchange.available(order) < remainingOf(order))
      return this.#cancel(order, 'Order Canceled - reason:fill or kill');
    if (!isStop) this.#status(order, 'Submitted', '');
    exchange.accept(order);
    if (order.terms.tif === 'IOC' && isLive(order)) this.#cancel(order, 'Order Canceled - reason:immediate or cancel');
  }

  #change(order: Order, request: PlaceOrder): void {
    const before = { limitTicks: order.limitTicks, quantity: order.quantity };
    order.terms = { ...request.terms, parentId: order.terms.parentId };
    order.quantity = request.terms.quantity;
    const prices = pricesOf(request.terms, order.contract);
    order.limitTicks = prices.limitTicks;
    order.stopTicks = prices.stopTicks;
    if (order.workingAs !== 'stop') order.workingAs = prices.workingAs === 'market' ? 'market' : 'limit';
    if (!order.transmitted) {
      if (request.terms.transmit) this.#transmit(order);
      return;
    }
    this.#status(order, order.status, order.whyHeld);
    const keepsPlace = before.limitTicks === order.limitTicks && order.quantity <= before.quantity;
    if (!keepsPlace && order.whyHeld !== 'child') this.deps.exchangeOf(order.contract)?.requeue(order);
  }

  #cancel(order: Order, text: string): void {
    if (!isLive(order)) return;
    this.#end(order, 'Cancelled');
    this.#report(order, ['orderStatus']);
    this.#reports.push({ kind: 'error', clientId: order.clientId, orderId: order.orderId, code: 202, text });
    for (const child of this.deps.ledger.children(order)) if (order.filled === 0) this.#cancel(child, text);
  }

  #reject(order: Order, code: number, text: string): void {
    this.#end(order, 'Inactive');
    order.rejectReason = text;
    this.#report(order, ['openOrder', 'orderStatus']);
    this.#reports.push({ kind: 'error', clientId: order.clientId, orderId: order.orderId, code, text });
  }

  #end(order: Order, status: OrderStatus): void {
    order.status = status;
    order.whyHeld = '';
    order.completedMs = this.deps.nowMs();
    this.deps.exchangeOf(order.contract)?.release(order);
  }

  #fill(order: Order, fill: Fill): void {
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
    this.#reports.push({ kind: 'execution', execution });
    if (remainingOf(order) === 0) this.#end(order, 'Filled');
    this.#report(order, ['openOrder', 'orderStatus']);
    this.#reports.push({ kind: 'commission', commission, clientId: order.clientId });
    this.#shrinkGroup(order, fill.size);
    if (order.status === 'Filled')
      for (const child of ledger.children(order))
        if (child.status === 'PreSubmitted' && child.whyHeld === 'child') this.#work(child);
  }

  #execution(order: Order, fill: Fill): Execution {
    const { ledger } = this.deps;
    const number = (ledger.executions.length + 1).toString(16).padStart(8, '0');
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
    const { ledger } = this.deps;
    const others = ledger.live().filter((order) => order !== filled && areLinked(order, filled));
    for (const order of others) {
      const cancels = filled.terms.ocaGroup !== '' && filled.terms.ocaType <= 1;
      if (cancels || filled.status === 'Filled' || remainingOf(order) <= size)
        this.#cancel(order, 'Order Canceled - reason:OCA group');
      else {
        order.quantity -= size;
        this.#report(order, ['openOrder', 'orderStatus']);
      }
    }
  }

  #status(order: Order, status: OrderStatus, whyHeld: string): void {
    order.status = status;
    order.whyHeld = whyHeld;
    this.#report(order, ['openOrder', 'orderStatus']);
  }

  #report(order: Order, kinds: readonly ('openOrder' | 'orderStatus')[]): void {
    const parentId = this.deps.ledger.parentIdOf(order);
    for (const kind of kinds) this.#reports.push({ kind, order: { ...order }, parentId });
  }

  #preview(clientId: number, request: PlaceOrder, contract: FutureContract): void {
    const { ledger, settings } = this.deps;
    const order = { ...this.#create(clientId, request, contract), status: 'PreSubmitted' as const };
    const preview = previewOf(order, ledger.accounts.get(order.account)!, settings.commissionPerContract);
    this.#reports.push({ kind: 'openOrder', order, parentId: 0, preview });
  }

  #shortageOf(order: Order, settings: GatewaySettings): string | undefined {
    const working = this.deps.ledger
      .live()
      .filter((other) => other.contract.conId === order.contract.conId && other.side === order.side);
    if (working.length > settings.limits.workingOrdersPerSide)
      return `Order rejected - reason:at most ${settings.limits.workingOrdersPerSide} working orders per side and contract.`;
    const account = this.deps.ledger.accounts.get(order.account)!;
    const preview = previewOf(order, account, settings.commissionPerContract);
    if (preview.initialChange > 0 && preview.initialBefore + preview.initialChange > preview.equityBefore)
      return 'Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH LOAN VALUE IS INSUFFICIENT.';
    return undefined;
  }
}

function areLinked(a: Order, b: Order): boolean {
  if (a.terms.ocaGroup !== '' && a.terms.ocaGroup === b.terms.ocaGroup && a.account === b.account) return true;
  return a.parentPermId !== 0 && a.parentPermId === b.parentPermId;
}

function pricesOf(
  terms: PlaceOrder['terms'],
  contract: FutureContract,
): Pick<Order, 'workingAs' | 'limitTicks' | 'stopTicks'> {
  const isStop = terms.type.startsWith('STP');
  const hasLimit = terms.type === 'LMT' || (isStop && terms.type !== 'STP');
  return {
    workingAs: isStop ? 'stop' : hasLimit ? 'limit' : 'market',
    limitTicks: hasLimit ? ticksOf(contract, terms.limitPrice!) : undefined,
    stopTicks: isStop ? ticksOf(contract, terms.auxPrice!) : undefined,
  };
}
