import { type FutureContract, ticksOf } from '../contracts/contract.js';
import type { GatewaySettings } from '../settings.js';
import type { OrderTerms } from '../wire/decode-order.js';
import type { Order } from './order.js';

/** An answer in IB's codes. */
export interface Refusal {
  readonly code: number;
  readonly text: string;
  /** Explains it to newer clients. */
  readonly rejectJson?: string | undefined;
}

const TIME_IN_FORCE = new Set(['DAY', 'GTC', 'IOC', 'FOK']);
const ORDER_TYPES = new Set(['MKT', 'LMT', 'STP', 'STP LMT', 'STPLMT']);
const QUANTITY_MAX = 10_000;

/** Why the gateway would refuse these terms before the exchange sees them, or undefined. */
export function refusalOfTerms(
  terms: OrderTerms,
  contract: FutureContract,
  settings: GatewaySettings,
): Refusal | undefined {
  if (terms.unsupported) return { code: 321, text: `Error validating request: ${terms.unsupported} are not simulated` };
  if (terms.action !== 'BUY' && terms.action !== 'SELL')
    return { code: 321, text: "Error validating request:-'bS' : cause - The action must be BUY or SELL" };
  if (!(Number.isInteger(terms.quantity) && terms.quantity > 0 && terms.quantity <= QUANTITY_MAX))
    return { code: 321, text: `Error validating request: order size must be a whole number from 1 to ${QUANTITY_MAX}` };
  if (!ORDER_TYPES.has(terms.type))
    return {
      code: 387,
      text: `Unsupported order type for this exchange and security type: ${terms.type.slice(0, 20)}`,
    };
  if (!TIME_IN_FORCE.has(terms.tif))
    return { code: 321, text: `Error validating request: time in force ${terms.tif.slice(0, 20)} is not simulated` };
  if (terms.account !== '' && !settings.accounts.includes(terms.account))
    return { code: 321, text: `Error validating request: account ${terms.account.slice(0, 20)} is not of this login` };
  if (terms.goodAfterTime !== '' || terms.allOrNone || (terms.minQuantity ?? 0) > 1)
    return {
      code: 321,
      text: 'Error validating request: good-after time, all-or-none and minimum quantity are not simulated',
    };
  return refusalOfPrices(terms, contract);
}

function refusalOfPrices(terms: OrderTerms, contract: FutureContract): Refusal | undefined {
  const needed: [name: string, price: number | undefined][] = [];
  if (terms.type === 'LMT' || (terms.type.startsWith('STP') && terms.type !== 'STP'))
    needed.push(['limit', terms.limitPrice]);
  if (terms.type.startsWith('STP')) needed.push(['stop', terms.auxPrice]);
  for (const [name, price] of needed) {
    if (price === undefined || !Number.isFinite(price) || price <= 0)
      return { code: 321, text: `Error validating request: the ${name} price is missing or not positive` };
    if (ticksOf(contract, price) === undefined)
      return { code: 110, text: 'The price does not conform to the minimum price variation for this contract.' };
  }
  return undefined;
}

/** Why a change of a working order is refused, or undefined. Side, contract and account cannot change. */
export function refusalOfChange(order: Order, terms: OrderTerms, contract: FutureContract): Refusal | undefined {
  if (order.status === 'Filled') return { code: 104, text: 'Cannot modify a filled order.' };
  if (order.status === 'PendingCancel' || order.status === 'Cancelled' || order.status === 'Inactive')
    return { code: 104, text: `Cannot modify an order in state ${order.status}.` };
  if (order.side !== terms.action || order.contract.conId !== contract.conId)
    return { code: 105, text: 'Order being modified does not match original order' };
  if (order.terms.type !== terms.type && !(isLimitOrMarket(order.terms.type) && isLimitOrMarket(terms.type)))
    return { code: 105, text: 'Order being modified does not match original order' };
  if (terms.quantity <= order.filled)
    return { code: 201, text: 'Order rejected - reason: the new quantity is not above the filled quantity' };
  return undefined;
}

const isLimitOrMarket = (type: string): boolean => type === 'LMT' || type === 'MKT';
