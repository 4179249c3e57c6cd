import type { GatewayCore } from '../gateway-core.js';
import { bindManualOrders } from '../orders/manual-orders.js';
import type { Order } from '../orders/order.js';
import type { Session } from '../session.js';
import type { RequestOf } from '../wire/decode-request.js';
import {
  encodeCommission,
  encodeCompletedOrder,
  encodeCompletedOrdersEnd,
  encodeExecution,
  encodeExecutionsEnd,
  encodeOpenOrder,
  encodeOpenOrderEnd,
  encodeOrderStatus,
} from '../wire/encode-order.js';
import { dayNumber, parseTime } from '../wire/gateway-time.js';
import type { Handlers } from './handlers.js';

export const orderRequests: Handlers<
  | 'placeOrder'
  | 'cancelOrder'
  | 'globalCancel'
  | 'reqOpenOrders'
  | 'reqAllOpenOrders'
  | 'reqAutoOpenOrders'
  | 'reqCompletedOrders'
  | 'reqExecutions'
> = {
  placeOrder: (core, session, request) => core.desk.place(session.clientId!, request),
  cancelOrder: (core, session, { orderId }) => core.desk.cancel(session.clientId!, orderId, session.version >= 166),
  globalCancel: (core) => core.desk.cancelAll(),
  reqOpenOrders: (core, session) =>
    sendOrders(
      core,
      session,
      core.ledger.live().filter((order) => order.clientId === session.clientId),
    ),
  reqAllOpenOrders: (core, session) => sendOrders(core, session, core.ledger.live()),
  reqAutoOpenOrders(core, session, { autoBind }) {
    if (session.clientId !== 0) return session.error(-1, 327, 'Only the default client (i.e 0) can auto bind orders.');
    session.autoBind = autoBind;
    if (autoBind) bindManualOrders(core, session);
  },
  reqCompletedOrders(core, session) {
    for (const order of core.ledger.completed())
      session.send(encodeCompletedOrder(session.version, order, core.settings));
    session.send(encodeCompletedOrdersEnd());
  },
  reqExecutions(core, session, request) {
    for (const execution of core.ledger.executions) {
      if (core.isUntold(execution.execId) || !matches(request, execution, core)) continue;
      session.send(encodeExecution(session.version, request.reqId, execution, core.settings));
      const commission = core.ledger.commissions.get(execution.execId);
      if (commission) session.send(encodeCommission(commission));
    }
    session.send(encodeExecutionsEnd(request.reqId));
  },
};

function sendOrders(core: GatewayCore, session: Session, orders: readonly Order[]): void {
  const { ordained } = core.desk;
  const omitted = ordained.omittedOpenOrders > 0 ? orders.at(-1) : undefined;
  if (omitted) {
    ordained.omittedOpenOrders--;
    ordained.onOmitted();
  }
  for (const order of orders) {
    if (order === omitted) continue;
    const parentId = core.ledger.parentIdOf(order);
    session.send(encodeOpenOrder(session.version, order, parentId));
    session.send(encodeOrderStatus(order, parentId));
  }
  session.send(encodeOpenOrderEnd());
}

/** Only the executions of the last days that the gateway is set to, counted by midnights of its time zone. */
function matches(
  filter: RequestOf<'reqExecutions'>,
  execution: GatewayCore['ledger']['executions'][number],
  core: GatewayCore,
): boolean {
  const { contract } = execution;
  const { timeZone, executionDays } = core.settings;
  const oldestDay = dayNumber(core.nowMs(), timeZone) - executionDays + 1;
  return (
    dayNumber(execution.timeMs, timeZone) >= oldestDay &&
    execution.timeMs >= (parseTime(filter.time, timeZone) ?? 0) &&
    (filter.clientId === 0 || filter.clientId === execution.clientId) &&
    (filter.account === '' || filter.account === execution.account) &&
    (filter.symbol === '' || filter.symbol === contract.product.symbol) &&
    (filter.secType === '' || filter.secType === 'FUT') &&
    (filter.exchange === '' || filter.exchange === contract.product.exchange) &&
    (filter.side === '' || filter.side.startsWith(execution.side === 'BUY' ? 'B' : 'S'))
  );
}
