import type { FutureContract } from '../contracts/contract.js';
import type { GatewayCore } from '../gateway-core.js';
import type { Session } from '../session.js';
import type { OrderTerms } from '../wire/decode-order.js';
import { encodeOrderBound } from '../wire/encode-order.js';
import { createOrder } from './create-order.js';
import { type Order, remainingOf } from './order.js';

/** Client id that orders entered by hand belong to; they have no order id until client 0 binds them. */
const MANUAL_CLIENT_ID = 0;

/** Terms of a plain order: at a limit, or at the market without one. */
export function plainTerms(side: 'BUY' | 'SELL', quantity: number, limitPrice: number | undefined): OrderTerms {
  return {
    action: side,
    quantity,
    type: limitPrice === undefined ? 'MKT' : 'LMT',
    limitPrice,
    auxPrice: undefined,
    tif: 'DAY',
    ocaGroup: '',
    ocaType: 0,
    account: '',
    openClose: '',
    origin: 0,
    orderRef: '',
    transmit: true,
    parentId: 0,
    outsideRth: false,
    hidden: false,
    displaySize: 0,
    triggerMethod: 0,
    goodAfterTime: '',
    goodTillDate: '',
    modelCode: '',
    allOrNone: false,
    minQuantity: undefined,
    whatIf: false,
    unsupported: undefined,
  };
}

/** Enters an order by hand. */
export function enterManualOrder(core: GatewayCore, terms: OrderTerms, contract: FutureContract): Order {
  return enter(core, { clientId: MANUAL_CLIENT_ID, orderId: 0 }, terms, contract);
}

/** Enters an order of another API client, whether it is connected or not. */
export function enterForeignOrder(
  core: GatewayCore,
  clientId: number,
  terms: OrderTerms,
  contract: FutureContract,
): Order {
  const orderId = core.ledger.nextOrderId(clientId);
  core.ledger.lastOrderId.set(clientId, orderId);
  return enter(core, { clientId, orderId }, terms, contract);
}

/** What is left of an order is filled now: at the best price of the other side, else at the last. */
export function fillAtOnce(core: GatewayCore, order: Order): void {
  const market = core.markets.get(order.contract.conId);
  const best = (order.side === 'BUY' ? market?.book.asks : market?.book.bids)?.[0];
  const priceTicks = best?.priceTicks ?? market?.lastTicks;
  if (priceTicks === undefined) return;
  core.desk.lifecycle.onFill(order, { priceTicks, size: remainingOf(order), liquidity: 2 });
}

function enter(
  core: GatewayCore,
  owner: { clientId: number; orderId: number },
  terms: OrderTerms,
  contract: FutureContract,
): Order {
  const { ledger, desk, settings } = core;
  const order = createOrder(ledger, { ...owner, permId: ++ledger.lastPermId }, terms, contract, settings.accounts[0]!);
  ledger.orders.set(order.permId, order);
  for (const session of core.sessions) if (session.autoBind) bindManualOrders(core, session);
  desk.lifecycle.step(() => desk.lifecycle.transmit(order));
  return order;
}

/** Gives client 0 an id of its own, a negative one, for every live order that was entered by hand. */
export function bindManualOrders(core: GatewayCore, session: Session): void {
  for (const order of core.ledger.live()) {
    if (order.clientId !== MANUAL_CLIENT_ID || order.orderId !== 0) continue;
    order.orderId = --core.ledger.lastBoundId;
    session.send(encodeOrderBound(order));
  }
}
