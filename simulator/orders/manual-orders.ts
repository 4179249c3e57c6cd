import type { GatewayCore } from '../gateway-core.js';
import type { Session } from '../session.js';
import type { OrderTerms } from '../wire/decode-order.js';
import { encodeOrderBound } from '../wire/encode-order.js';
import { createOrder } from './create-order.js';

/** Client id that orders entered by hand belong to; they have no order id until client 0 binds them. */
const MANUAL_CLIENT_ID = 0;

/** Terms of a plain limit order, as a person at the gateway's own window enters it. */
export function manualTerms(side: 'BUY' | 'SELL', quantity: number, limitPrice: number): OrderTerms {
  return {
    action: side,
    quantity,
    type: 'LMT',
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

/** Enters an order by hand, in the first market played. */
export function enterManualOrder(core: GatewayCore, terms: OrderTerms): void {
  const [market] = core.markets.values();
  const { ledger, desk, settings } = core;
  const ids = { clientId: MANUAL_CLIENT_ID, orderId: 0, permId: ++ledger.lastPermId };
  const order = createOrder(ledger, ids, terms, market!.contract, settings.accounts[0]!);
  ledger.orders.set(order.permId, order);
  for (const session of core.sessions) if (session.autoBind) bindManualOrders(core, session);
  desk.lifecycle.step(() => desk.lifecycle.transmit(order));
}

/** Gives client 0 an id of its own, a negative one, for every live order that was entered by hand. */
export function bindManualOrders(core: GatewayCore, session: Session): void {
  for (const order of core.ledger.live()) {
    if (order.clientId !== MANUAL_CLIENT_ID || order.orderId !== 0) continue;
    order.orderId = --core.ledger.lastBoundId;
    session.send(encodeOrderBound(order));
  }
}
