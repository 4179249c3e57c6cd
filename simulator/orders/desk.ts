import { calendarOfInstrument } from '../../shared/market/calendar/product-calendars.js';
import type { FutureContract } from '../contracts/contract.js';
import type { PlaceOrder } from '../wire/decode-order.js';
import { formatTime } from '../wire/gateway-time.js';
import { createOrder, pricesOf } from './create-order.js';
import { type LifecycleDependencies, OrderLifecycle, type Reason } from './lifecycle.js';
import { Ordained, type Rejection } from './ordained.js';
import { isLive, type Order, remainingOf } from './order.js';
import { type Refusal, refusalOfChange, refusalOfTerms } from './order-rules.js';
import { previewOf } from './preview.js';
import { nextOpenMs } from './session-watch.js';

export interface DeskDependencies extends LifecycleDependencies {
  /** The contract that the order names; undefined where it names none or several. */
  resolve(request: PlaceOrder): FutureContract | undefined;
  /** Price of the newest trade, in ticks. */
  lastTicks(contract: FutureContract): number | undefined;
}

/** Takes the clients' order requests: refuses them with IB's codes, or hands them on to be worked. */
export class OrderDesk {
  readonly lifecycle: OrderLifecycle;
  readonly ordained = new Ordained();

  constructor(private readonly deps: DeskDependencies) {
    this.lifecycle = new OrderLifecycle(deps);
  }

  place(clientId: number, request: PlaceOrder): void {
    this.lifecycle.step(() => {
      const { ledger } = this.deps;
      const contract = this.deps.resolve(request);
      const known = ledger.find(clientId, request.orderId);
      const isReusable = request.orderId >= ledger.nextOrderId(clientId);
      const existing = known && (isLive(known) || !isReusable) ? known : undefined;
      const refusal = this.#refusalOf(clientId, request, contract, existing);
      if (refusal || !contract) return this.#refuse(clientId, request.orderId, refusal ?? UNKNOWN_CONTRACT);
      if (request.terms.whatIf) return this.#preview(clientId, request, contract);
      if (existing) return this.#change(existing, request);
      this.#enter(clientId, request, contract);
    });
  }

  /** A client's cancel. Only the owner's ids are known here, so that nobody can cancel another client's order. */
  cancel(clientId: number, orderId: number, isModern: boolean): void {
    this.lifecycle.step(() => {
      const order = this.deps.ledger.find(clientId, orderId);
      if (!order) this.#refuse(clientId, orderId, isModern ? notFound(orderId) : notFoundClassic(orderId));
      else if (!isLive(order) || order.status === 'PendingCancel')
        this.#refuse(clientId, orderId, isModern ? notCancellable(order) : notCancellableClassic(order));
      else this.#cancelLive(order);
    });
  }

  cancelAll(): void {
    this.lifecycle.step(() => {
      for (const order of this.deps.ledger.live()) this.lifecycle.requestCancel(order);
    });
  }

  /** The exchange or the broker takes a live order away. */
  cancelUnasked(order: Order, reason: string): void {
    this.lifecycle.step(() => this.lifecycle.cancel(order, reason));
  }

  /** The exchange closes. */
  endSession(): void {
    const { dayOrdersEnd } = this.deps.settings;
    if (dayOrdersEnd !== 'never') this.expireDayOrders(dayOrdersEnd === 'told');
  }

  /** Orders for the day end with it; untold: their clients do not hear of it. */
  expireDayOrders(told: boolean): void {
    this.lifecycle.step(() => {
      for (const order of this.deps.ledger.live()) {
        if (order.terms.tif !== 'DAY' || !order.transmitted) continue;
        if (told) this.lifecycle.cancel(order, '');
        else this.lifecycle.forget(order);
      }
    });
  }

  #cancelLive(order: Order): void {
    const { cancelRefusals, cancelRaces } = this.ordained;
    const refusal = cancelRefusals.shift();
    const priceTicks = order.limitTicks ?? this.deps.lastTicks(order.contract);
    const race = refusal || !order.transmitted || priceTicks === undefined ? undefined : cancelRaces.shift();
    if (refusal) {
      const { code, text = notCancellable(order).text } = refusal;
      this.#refuse(order.clientId, order.orderId, { code, text });
    } else if (race) {
      const size = Math.min(race.fillContracts, remainingOf(order));
      this.lifecycle.fillThenCancel(order, { priceTicks: priceTicks!, size, liquidity: 1 }, race.ms);
    } else this.lifecycle.requestCancel(order);
  }

  #enter(clientId: number, request: PlaceOrder, contract: FutureContract): void {
    const { ledger, settings } = this.deps;
    const ids = { clientId, orderId: request.orderId, permId: ledger.lastPermId + 1 };
    const order = createOrder(ledger, ids, request.terms, contract, settings.accounts[0]!);
    const rejection = this.ordained.rejections.shift() ?? this.#outsideBand(order);
    if (rejection?.status === 'none') {
      this.#refuse(clientId, request.orderId, rejection);
      return;
    }
    ledger.lastPermId++;
    ledger.lastOrderId.set(clientId, request.orderId);
    ledger.orders.set(order.permId, order);
    const shortage = rejection ? undefined : this.#shortageOf(order);
    if (rejection) this.lifecycle.reject(order, rejection, rejection.status);
    else if (shortage) this.lifecycle.reject(order, shortage);
    else if (order.terms.transmit) this.#sendOn(order);
  }

  /** Transmits an order, unless the script has something else in mind for it. */
  #sendOn(order: Order): void {
    const { suspensions, holds, warnings } = this.ordained;
    const suspension = suspensions.shift();
    const hold = suspension ? undefined : holds.shift();
    if (suspension) this.lifecycle.suspend(order, suspension);
    else if (hold) this.lifecycle.hold(order, this.#heldReason(order, hold.ms), hold);
    else {
      const warning = warnings.shift();
      if (warning) this.lifecycle.warn(order, warning);
      this.lifecycle.transmit(order);
    }
  }

  /** A change keeps its place in the queue only where it lowers the quantity and nothing else. */
  #change(order: Order, request: PlaceOrder): void {
    const before = { limitTicks: order.limitTicks, quantity: order.quantity };
    const prices = pricesOf(request.terms, order.contract);
    order.terms = { ...request.terms, parentId: order.terms.parentId };
    order.quantity = request.terms.quantity;
    order.limitTicks = prices.limitTicks;
    order.stopTicks = prices.stopTicks;
    if (order.workingAs !== 'stop') order.workingAs = prices.limitTicks === undefined ? 'market' : 'limit';
    if (!order.transmitted) {
      if (request.terms.transmit) this.lifecycle.transmit(order);
      return;
    }
    this.lifecycle.changeStatus(order, order.status, order.whyHeld);
    const keepsPlace = before.limitTicks === order.limitTicks && order.quantity <= before.quantity;
    if (!keepsPlace && order.whyHeld !== 'child') this.deps.exchangeOf(order.contract)?.requeue(order);
  }

  #preview(clientId: number, request: PlaceOrder, contract: FutureContract): void {
    const { ledger, settings } = this.deps;
    const ids = { clientId, orderId: request.orderId, permId: 0 };
    const order = createOrder(ledger, ids, request.terms, contract, settings.accounts[0]!);
    order.status = 'PreSubmitted';
    const preview = previewOf(order, ledger.accounts.get(order.account)!, settings.commissionPerContract);
    this.lifecycle.tell({ kind: 'openOrder', order, parentId: 0, preview });
  }

  #refuse(clientId: number, orderId: number, { code, text, rejectJson }: Refusal): void {
    const json = rejectJson === undefined ? {} : { rejectJson };
    this.lifecycle.tell({ kind: 'error', clientId, orderId, code, text, ...json });
  }

  #refusalOf(
    clientId: number,
    { terms, orderId }: PlaceOrder,
    contract: FutureContract | undefined,
    existing: Order | undefined,
  ): Refusal | undefined {
    const { ledger, settings } = this.deps;
    if (!contract) return UNKNOWN_CONTRACT;
    if (!settings.entitlements.trading) return rejected('No trading permissions.');
    const ofTerms = refusalOfTerms(terms, contract, settings);
    if (ofTerms || terms.whatIf) return ofTerms;
    if (existing) return refusalOfChange(existing, terms, contract);
    if (orderId < ledger.nextOrderId(clientId)) return { code: 103, text: 'Duplicate order id' };
    if (terms.parentId !== 0 && !ledger.find(clientId, terms.parentId))
      return { code: 10006, text: `Missing parent order:${terms.parentId}` };
    if (!this.deps.exchangeOf(contract)) return rejected('the simulator plays no market data for this contract.');
    return undefined;
  }

  #heldReason({ side, quantity, contract }: Order, forMs: number | undefined): Reason {
    const nowMs = this.deps.nowMs();
    const untilMs = forMs === undefined ? nextOpenMs(nowMs, calendarOfInstrument(contract.localSymbol)) : nowMs + forMs;
    const until = untilMs === undefined ? 'further notice' : formatTime(untilMs, this.deps.settings.timeZone);
    const what = `${side} ${quantity} ${contract.localSymbol} ${contract.product.exchange}`;
    const warning = `Warning: your order will not be placed at the exchange until ${until}`;
    return { code: 399, text: `Order Message:\n${what}\n${warning}` };
  }

  #outsideBand(order: Order): Rejection | undefined {
    const { priceBand } = this.ordained;
    const lastTicks = this.deps.lastTicks(order.contract);
    if (!priceBand || order.limitTicks === undefined || lastTicks === undefined) return undefined;
    if (Math.abs(order.limitTicks - lastTicks) <= priceBand.ticks) return undefined;
    return { code: priceBand.code, status: priceBand.status, text: OUTSIDE_BAND };
  }

  #shortageOf(order: Order): Reason | undefined {
    const { ledger, settings } = this.deps;
    const sameSide = ledger
      .live()
      .filter((other) => other.contract.conId === order.contract.conId && other.side === order.side);
    const { workingOrdersPerSide } = settings.limits;
    if (sameSide.length > workingOrdersPerSide)
      return rejected(`at most ${workingOrdersPerSide} working orders per side and contract are allowed.`);
    const account = ledger.accounts.get(order.account)!;
    const preview = previewOf(order, account, settings.commissionPerContract);
    const isCovered = preview.initialBefore + preview.initialChange <= preview.equityBefore;
    return preview.initialChange <= 0 || isCovered ? undefined : rejected(INSUFFICIENT_EQUITY);
  }
}

const INSUFFICIENT_EQUITY =
  'YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH LOAN VALUE IS INSUFFICIENT.';
const OUTSIDE_BAND =
  'Order rejected - reason:The limit price is outside of the range that the exchange takes around the last trade.';
const UNKNOWN_CONTRACT: Refusal = { code: 200, text: 'No security definition has been found for the request' };
const rejected = (reason: string): Refusal => ({ code: 201, text: `Order rejected - reason:${reason}` });
const notFound = (orderId: number): Refusal => ({
  code: 10147,
  text: `OrderId ${orderId} that needs to be cancelled is not found.`,
});
const notFoundClassic = (orderId: number): Refusal => ({ code: 135, text: `Can't find order with id =${orderId}` });
const notCancellable = ({ orderId, status }: Order): Refusal => ({
  code: 10148,
  text: `OrderId ${orderId} that needs to be cancelled cannot be cancelled, state: ${status}.`,
});
const notCancellableClassic = ({ permId, status }: Order): Refusal =>
  status === 'Filled'
    ? { code: 136, text: 'This order cannot be cancelled.' }
    : { code: 161, text: `Cancel attempted when order is not in a cancellable state. Order permId =${permId}` };
