import { priceOf } from '../contracts/contract.js';
import type { Commission, Execution, Order } from '../orders/order.js';
import { remainingOf } from '../orders/order.js';
import { decimal } from './decimal.js';
import { contractBlock } from './encode-contract.js';
import { UNSET_DOUBLE } from './field-reader.js';
import type { Field } from './frame.js';
import { formatTime, type TimeStyle } from './gateway-time.js';

/** How the gateway writes the times of executions. */
export interface ExecutionTimes {
  readonly timeZone: string;
  readonly executionTimes: TimeStyle;
}

/** Margin figures of a what-if answer; texts as IB sends them, empty where there is nothing to say. */
export interface OrderPreview {
  readonly initialBefore: number;
  readonly maintenanceBefore: number;
  readonly equityBefore: number;
  readonly initialChange: number;
  readonly maintenanceChange: number;
  readonly commission: number;
}

export function encodeOrderStatus(order: Order, parentId: number): Field[] {
  const average = order.filled > 0 ? priceOf(order.contract, order.filledTicks / order.filled) : 0;
  return [
    3,
    order.orderId,
    order.status,
    order.filled,
    remainingOf(order),
    decimal(average),
    order.permId,
    parentId,
    decimal(order.filled > 0 ? priceOf(order.contract, order.lastFillTicks) : 0),
    order.clientId,
    order.whyHeld,
    0,
  ];
}

/** What openOrder and completedOrder begin with, after the contract. */
function head(order: Order): Field[] {
  const { terms } = order;
  return [
    order.side,
    order.quantity,
    terms.type,
    decimal(terms.limitPrice ?? 0),
    decimal(terms.auxPrice ?? 0),
    terms.tif,
    terms.ocaGroup,
    order.account,
    terms.openClose,
    terms.origin,
    terms.orderRef,
  ];
}

const fa = (version: number): Field[] => (version < 177 ? ['', '', '', ''] : ['', '', '']);

export function encodeOpenOrder(version: number, order: Order, parentId: number, preview?: OrderPreview): Field[] {
  const { terms } = order;
  return [
    5,
    order.orderId,
    ...contractBlock(order.contract),
    ...head(order),
    order.clientId,
    order.permId,
    terms.outsideRth,
    terms.hidden,
    0, // discretionaryAmt
    terms.goodAfterTime,
    '', // sharesAllocation
    ...fa(version),
    terms.modelCode,
    terms.goodTillDate,
    '', // rule80A
    '', // percentOffset
    '', // settlingFirm
    0, // shortSaleSlot
    '', // designatedLocation
    -1, // exemptCode
    0, // auctionStrategy
    ...['', '', '', '', ''], // startingPrice to stockRangeUpper
    terms.displaySize,
    ...[false, false], // blockOrder, sweepToFill
    terms.allOrNone,
    terms.minQuantity,
    terms.ocaType,
    ...[false, false, ''], // eTradeOnly, firmQuoteOnly, nbboPriceCap
    parentId,
    terms.triggerMethod,
    ...volatility('open'),
    ...['', ''], // trailStopPrice, trailingPercent
    ...['', '', '', 0, 0, 0], // basisPoints, its type, comboLegsDescrip, legs, order legs, smart parameters
    ...['', '', ''], // scale
    '', // hedgeType
    ...[false, '', 'IB', false, false], // optOutSmart, clearingAccount, clearingIntent, notHeld, delta neutral contract
    '', // algoStrategy
    false, // solicited
    ...margins(order, preview),
    ...[false, false], // randomizeSize, randomizePrice
    0, // conditions
    ...['', '', '', '', '', '', '', 0], // adjusted order
    ...['', '', '', ''], // soft dollar tier (3), cashQty
    ...[false, false, false, false], // dontUseAutoPriceForHedge, isOmsContainer, discretionaryUpToLimit, usePriceMgmtAlgo
    ...openOrderTail(version),
  ];
}

function volatility(kind: 'open' | 'completed'): Field[] {
  const closing = kind === 'open' ? [0, '', '', '', '', false, 0, ''] : [0, false, 0, ''];
  return ['', 0, 'None', '', ...closing, false, 0];
}

function margins(order: Order, preview?: OrderPreview): Field[] {
  if (!preview) return [order.terms.whatIf, order.status, ...Array(9).fill(''), '', '', '', '', order.rejectReason];
  const text = (value: number) => decimal(Math.round(value * 100) / 100);
  const { initialBefore, maintenanceBefore, equityBefore, initialChange, maintenanceChange, commission } = preview;
  return [
    true,
    order.status,
    ...[initialBefore, maintenanceBefore, equityBefore].map(text),
    ...[initialChange, maintenanceChange, -commission].map(text),
    ...[initialBefore + initialChange, maintenanceBefore + maintenanceChange, equityBefore - commission].map(text),
    ...[commission, commission, commission].map(text),
    'USD',
    '',
  ];
}

function openOrderTail(version: number): Field[] {
  const fields: Field[] = [];
  if (version >= 158) fields.push('');
  if (version >= 160) fields.push('');
  if (version >= 162) fields.push(false);
  if (version >= 170) fields.push('', '', '', '', '');
  if (version >= 183) fields.push('');
  if (version >= 184) fields.push(false);
  if (version >= 185) fields.push('');
  if (version >= 189) fields.push(false);
  if (version >= 193) fields.push('', 2147483647);
  return fields;
}

export function encodeCompletedOrder(version: number, order: Order, { timeZone }: ExecutionTimes): Field[] {
  const { terms } = order;
  return [
    101,
    ...contractBlock(order.contract),
    ...head(order),
    order.permId,
    terms.outsideRth,
    terms.hidden,
    0, // discretionaryAmt
    terms.goodAfterTime,
    ...fa(version),
    terms.modelCode,
    terms.goodTillDate,
    ...['', '', ''], // rule80A, percentOffset, settlingFirm
    ...[0, '', -1], // shortSaleSlot, designatedLocation, exemptCode
    ...['', '', '', '', ''], // startingPrice to stockRangeUpper
    terms.displaySize,
    false, // sweepToFill
    terms.allOrNone,
    terms.minQuantity,
    terms.ocaType,
    terms.triggerMethod,
    ...volatility('completed'),
    ...['', ''], // trailStopPrice, trailingPercent
    ...['', 0, 0, 0], // comboLegsDescrip, legs, order legs, smart parameters
    ...['', '', ''], // scale
    '', // hedgeType
    ...['', 'IB', false, false], // clearingAccount, clearingIntent, notHeld, delta neutral contract
    '', // algoStrategy
    ...[false, order.status, false, false], // solicited, status, randomizeSize, randomizePrice
    0, // conditions
    ...['', '', ''], // trailStopPrice, lmtPriceOffset, cashQty
    ...[false, false, ''], // dontUseAutoPriceForHedge, isOmsContainer, autoCancelDate
    order.filled,
    ...[0, false, '', false, false], // refFuturesConId, autoCancelParent, shareholder, imbalanceOnly, routeMarketableToBbo
    order.parentPermId,
    order.completedMs === undefined ? '' : formatTime(order.completedMs, timeZone),
    order.status === 'Filled' ? `Filled Size: ${order.filled}` : order.rejectReason || 'Cancelled by Trader',
    ...(version >= 170 ? ['', '', '', '', ''] : []),
    ...(version >= 183 ? [''] : []),
    ...(version >= 184 ? [false] : []),
  ];
}

export const encodeOpenOrderEnd = (): Field[] => [53, 1];
export const encodeCompletedOrdersEnd = (): Field[] => [102];
export const encodeOrderBound = (order: Order): Field[] => [100, order.permId, order.clientId, order.orderId];

/** reqId is -1 for a fill as it happens. */
export function encodeExecution(
  version: number,
  reqId: number,
  execution: Execution,
  { timeZone, executionTimes }: ExecutionTimes,
): Field[] {
  const fields: Field[] = [
    11,
    reqId,
    execution.orderId,
    ...contractBlock(execution.contract),
    execution.execId,
    formatTime(execution.timeMs, timeZone, executionTimes),
    execution.account,
    execution.contract.product.exchange,
    execution.side === 'BUY' ? 'BOT' : 'SLD',
    execution.shares,
    decimal(priceOf(execution.contract, execution.priceTicks)),
    execution.permId,
    execution.clientId,
    execution.liquidation ? 1 : 0,
    execution.cumulativeQuantity,
    decimal(priceOf(execution.contract, execution.averageTicks)),
    execution.orderRef,
    '', // evRule
    '', // evMultiplier
    execution.modelCode,
    execution.lastLiquidity,
  ];
  if (version >= 178) fields.push(false);
  return fields;
}

export const encodeExecutionsEnd = (reqId: number): Field[] => [55, 1, reqId];

export function encodeCommission(commission: Commission): Field[] {
  const pnl = commission.realizedPnl === undefined ? UNSET_DOUBLE : decimal(commission.realizedPnl);
  return [59, 1, commission.execId, decimal(commission.amount), 'USD', pnl, UNSET_DOUBLE, ''];
}
