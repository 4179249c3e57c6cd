import type { GatewaySettings } from '../settings.js';
import type { Ledger } from './ledger.js';
import type { Fill } from './matching.js';
import type { Commission, Execution, Order } from './order.js';

/** What one fill came to. */
export interface Booked {
  readonly execution: Execution;
  readonly commission: Commission;
}

/** Books a fill: the order's counts, the execution with its commission, and the account's position. */
export function bookFill(
  { ledger, settings }: { ledger: Ledger; settings: GatewaySettings },
  order: Order,
  fill: Fill,
  timeMs: number,
): Booked {
  order.filled += fill.size;
  order.filledTicks += fill.size * fill.priceTicks;
  order.lastFillTicks = fill.priceTicks;
  const execution: Execution = {
    execId: nextExecId(ledger),
    permId: order.permId,
    clientId: order.clientId,
    orderId: order.orderId,
    contract: order.contract,
    account: order.account,
    side: order.side,
    shares: fill.size,
    priceTicks: fill.priceTicks,
    timeMs,
    cumulativeQuantity: order.filled,
    averageTicks: order.filledTicks / order.filled,
    orderRef: order.terms.orderRef,
    modelCode: order.terms.modelCode,
    lastLiquidity: fill.liquidity,
  };
  return bookExecution({ ledger, settings }, execution);
}

/** Books an execution and charges its commission. */
export function bookExecution(
  { ledger, settings }: { ledger: Ledger; settings: GatewaySettings },
  execution: Execution,
): Booked {
  ledger.executions.push(execution);
  const amount = commissionOf(execution.shares, settings);
  const realizedPnl = ledger.accounts.get(execution.account)!.book(execution, amount);
  const commission = { execId: execution.execId, amount, realizedPnl };
  ledger.commissions.set(execution.execId, commission);
  return { execution, commission };
}

/** Charged for so many contracts, to the cent. */
export const commissionOf = (contracts: number, { commissionPerContract }: GatewaySettings): number =>
  Math.round(contracts * commissionPerContract * 100) / 100;

/** Its last part counts corrections, from 01. */
export const nextExecId = (ledger: Ledger): string =>
  `0000e0d5.${(++ledger.fills).toString(16).padStart(8, '0')}.01.01`;
