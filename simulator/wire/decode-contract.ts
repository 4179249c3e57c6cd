import type { ContractQuery } from '../contracts/catalogue.js';
import { type FieldReader, MalformedRequest } from './field-reader.js';

/** The contract block of requests: 12 fields. @throws MalformedRequest also for combinations, which are not simulated */
export function decodeContract(fields: FieldReader): ContractQuery {
  const conId = fields.integer('conId', 0);
  const symbol = fields.text('symbol');
  const secType = fields.text('secType').toUpperCase();
  const lastTradeDateOrContractMonth = fields.text('lastTradeDateOrContractMonth');
  fields.number('strike');
  fields.text('right');
  const multiplier = fields.text('multiplier');
  const exchange = fields.text('exchange').toUpperCase();
  const primaryExchange = fields.text('primaryExchange').toUpperCase();
  const currency = fields.text('currency').toUpperCase();
  const localSymbol = fields.text('localSymbol');
  const tradingClass = fields.text('tradingClass');
  if (secType === 'BAG') throw new MalformedRequest(fields.requestId, 'combinations (BAG) are not simulated');
  return {
    conId,
    symbol,
    secType,
    lastTradeDateOrContractMonth,
    multiplier,
    exchange,
    primaryExchange,
    currency,
    localSymbol,
    tradingClass,
  };
}
