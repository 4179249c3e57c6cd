import type { Account, Position } from '../orders/account.js';
import { decimal } from './decimal.js';
import { contractBlock } from './encode-contract.js';
import type { Field } from './frame.js';

/** IB leaves the exchange of a future's position empty. */
export function encodePosition(account: string, position: Position): Field[] {
  return [61, 3, account, ...contractBlock(position.contract, ''), position.quantity, decimal(position.averageCost)];
}
export const encodePositionEnd = (): Field[] => [62, 1];

export function encodePositionMulti(reqId: number, account: string, position: Position): Field[] {
  return [
    71,
    1,
    reqId,
    account,
    ...contractBlock(position.contract, ''),
    position.quantity,
    decimal(position.averageCost),
    '',
  ];
}
export const encodePositionMultiEnd = (reqId: number): Field[] => [72, 1, reqId];

export const encodeAccountValue = (account: string, key: string, value: string, currency: string): Field[] => [
  6,
  2,
  key,
  value,
  currency,
  account,
];
export const encodeAccountTime = (nowMs: number): Field[] => [8, 1, new Date(nowMs).toISOString().slice(11, 16)];
export const encodeAccountEnd = (account: string): Field[] => [54, 1, account];

export function encodePortfolio(account: Account, position: Position): Field[] {
  const { contract } = position;
  const price = account.marketPrice(position);
  return [
    7,
    8,
    contract.conId,
    contract.product.symbol,
    'FUT',
    contract.lastTradingDay,
    0,
    0,
    decimal(contract.multiplier),
    contract.product.exchange,
    'USD',
    contract.localSymbol,
    contract.product.tradingClass,
    position.quantity,
    decimal(price),
    decimal(price * contract.multiplier * position.quantity),
    decimal(position.averageCost),
    decimal(account.unrealizedPnl(position)),
    decimal(account.realizedPnl),
    account.name,
  ];
}

export const encodeAccountSummary = (
  reqId: number,
  account: string,
  tag: string,
  value: string,
  currency: string,
): Field[] => [63, 1, reqId, account, tag, value, currency];
export const encodeAccountSummaryEnd = (reqId: number): Field[] => [64, 1, reqId];
export const encodeAccountMulti = (
  reqId: number,
  account: string,
  key: string,
  value: string,
  currency: string,
): Field[] => [73, 1, reqId, account, '', key, value, currency];
export const encodeAccountMultiEnd = (reqId: number): Field[] => [74, 1, reqId];
export const encodePnl = (reqId: number, daily: number, unrealized: number, realized: number): Field[] => [
  94,
  reqId,
  decimal(daily),
  decimal(unrealized),
  decimal(realized),
];
