import type { FutureContract } from '../contracts/contract.js';
import type { TradingHours } from '../contracts/trading-hours.js';
import { decimal } from './decimal.js';
import type { Field } from './frame.js';

/** The contract block of orders, executions and positions: 11 fields. */
export function contractBlock(contract: FutureContract, exchange = contract.product.exchange): Field[] {
  const { product } = contract;
  return [
    contract.conId,
    product.symbol,
    'FUT',
    contract.lastTradingDay,
    0,
    '',
    decimal(product.multiplier),
    exchange,
    'USD',
    contract.localSymbol,
    product.tradingClass,
  ];
}

/** Order types that the simulator matches, as contract details list them. */
const ORDER_TYPES = 'ACTIVETIM,DAY,GTC,IOC,FOK,LMT,MKT,OCA,STP,STPLMT,WHATIF';

export function encodeContractDetails(
  version: number,
  reqId: number,
  contract: FutureContract,
  hours: TradingHours,
): Field[] {
  const { product } = contract;
  const fields: Field[] = [10];
  if (version < 164) fields.push(8);
  fields.push(reqId, product.symbol, 'FUT', contract.lastTradingDay);
  if (version >= 182) fields.push(contract.lastTradingDay);
  fields.push(0, '', product.exchange, 'USD', contract.localSymbol, product.tradingClass, product.tradingClass);
  fields.push(contract.conId, decimal(contract.tickSize));
  if (version < 164) fields.push(1);
  fields.push(decimal(product.multiplier), ORDER_TYPES, product.exchange, 1, 0, product.longName, '');
  fields.push(contract.contractMonth, '', '', '', 'UTC', hours.electronic, hours.regular, '', 0, 0, 2147483647);
  fields.push(product.symbol, 'IND', String(MARKET_RULE_ID), contract.lastTradingDay, '');
  if (version === 163) fields.push(1);
  if (version >= 164) fields.push(1, 1, 1);
  if (version >= 186) fields.push(0);
  return fields;
}

export const encodeContractDetailsEnd = (reqId: number): Field[] => [52, 1, reqId];

/** All futures of the simulator have one price increment each; this rule says "the contract's minTick". */
export const MARKET_RULE_ID = 67;

export function encodeSymbolSamples(version: number, reqId: number, contracts: readonly FutureContract[]): Field[] {
  const fields: Field[] = [79, reqId, contracts.length];
  for (const { conId, product } of contracts) {
    fields.push(conId, product.symbol, 'FUT', product.exchange, 'USD', 0);
    if (version >= 176) fields.push(product.longName, '');
  }
  return fields;
}
