import type { GatewayCore } from '../gateway-core.js';
import { commissionOf } from '../orders/booking.js';
import type { Execution } from '../orders/order.js';
import { deliverReports } from '../orders/report-delivery.js';
import { publishAccount } from '../requests/account-requests.js';

/** Tells the newest execution once more, word for word. */
export function repeatLastExecution(core: GatewayCore): void {
  const execution = core.ledger.executions.at(-1);
  if (execution) deliverReports(core, [{ kind: 'execution', execution }]);
}

/**
 * Corrects the newest execution: the same id with its last part one higher replaces it, in the books as in the messages.
 */
export function correctLastExecution(core: GatewayCore, addPriceTicks: number, addShares: number): void {
  const { ledger, settings } = core;
  const wrong = ledger.executions.at(-1);
  const account = wrong && ledger.accounts.get(wrong.account);
  if (!wrong || !account || wrong.shares === 0 || wrong.shares + addShares < 0) return;
  const corrected: Execution = {
    ...wrong,
    execId: nextRevision(wrong.execId),
    priceTicks: wrong.priceTicks + addPriceTicks,
    shares: wrong.shares + addShares,
    cumulativeQuantity: wrong.cumulativeQuantity + addShares,
  };
  account.book({ ...wrong, side: wrong.side === 'BUY' ? 'SELL' : 'BUY' }, 0);
  if (corrected.shares > 0) account.book(corrected, 0);
  ledger.executions.push(corrected);
  const amount = commissionOf(corrected.shares, settings);
  const commission = { execId: corrected.execId, amount, realizedPnl: undefined };
  ledger.commissions.set(corrected.execId, commission);
  const order = ledger.orders.get(wrong.permId);
  if (order) {
    order.filled += addShares;
    order.filledTicks += corrected.shares * corrected.priceTicks - wrong.shares * wrong.priceTicks;
  }
  deliverReports(core, [
    { kind: 'execution', execution: corrected },
    { kind: 'commission', commission, clientId: corrected.clientId },
  ]);
  publishAccount(core, account);
}

/** The exchange takes the newest execution back: corrected to no contracts at all. */
export function bustLastExecution(core: GatewayCore): void {
  const last = core.ledger.executions.at(-1);
  if (last) correctLastExecution(core, 0, -last.shares);
}

/** `a.b.c.01` -> `a.b.c.02` */
function nextRevision(execId: string): string {
  const parts = execId.split('.');
  parts.push(String(Number(parts.pop()) + 1).padStart(2, '0'));
  return parts.join('.');
}
