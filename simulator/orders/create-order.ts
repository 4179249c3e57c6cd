import { type FutureContract, ticksOf } from '../contracts/contract.js';
import type { OrderTerms } from '../wire/decode-order.js';
import type { Ledger } from './ledger.js';
import type { Order } from './order.js';

/** A new order that nobody works yet. Draws no id: the caller gives the permId. */
export function createOrder(
  ledger: Ledger,
  ids: { clientId: number; orderId: number; permId: number },
  terms: OrderTerms,
  contract: FutureContract,
  defaultAccount: string,
): Order {
  const parent = terms.parentId === 0 ? undefined : ledger.find(ids.clientId, terms.parentId);
  return {
    ...ids,
    parentPermId: parent?.permId ?? 0,
    contract,
    account: terms.account || defaultAccount,
    side: terms.action as 'BUY' | 'SELL',
    terms,
    quantity: terms.quantity,
    ...pricesOf(terms, contract),
    status: 'PendingSubmit',
    transmitted: false,
    whyHeld: '',
    suspended: false,
    filled: 0,
    filledTicks: 0,
    lastFillTicks: 0,
    queueAhead: Number.POSITIVE_INFINITY,
    arrival: ++ledger.arrivals,
    completedMs: undefined,
    rejectReason: '',
  };
}

/** How the terms work at the exchange. The prices were checked: they are whole ticks. */
export function pricesOf(
  terms: OrderTerms,
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
