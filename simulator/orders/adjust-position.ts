import type { FutureContract } from '../contracts/contract.js';
import type { GatewayCore } from '../gateway-core.js';
import type { Account } from './account.js';
import { bookExecution, nextExecId } from './booking.js';
import type { Execution } from './order.js';
import { deliverReports } from './report-delivery.js';

const MARGIN_CALL =
  'URGENT: the equity of the account is insufficient for its margin; positions may be liquidated without further notice.';

/**
 * The position changes by so many contracts though no client traded: with an execution of the broker's own, that nobody but
 * the master client is told and everybody can ask for, or with nothing at all.
 */
export function adjustPosition(
  core: GatewayCore,
  account: Account,
  contract: FutureContract,
  contracts: number,
  hasExecution: boolean,
): void {
  if (contracts === 0) return;
  const position = account.positions.get(contract.conId);
  const lastTicks = core.markets.get(contract.conId)?.lastTicks;
  const priceTicks = lastTicks ?? Math.round((position ? account.marketPrice(position) : 0) / contract.tickSize);
  const execution: Execution = {
    execId: nextExecId(core.ledger),
    permId: ++core.ledger.lastPermId,
    clientId: 0,
    orderId: -1,
    contract,
    account: account.name,
    side: contracts > 0 ? 'BUY' : 'SELL',
    shares: Math.abs(contracts),
    priceTicks,
    timeMs: core.nowMs(),
    cumulativeQuantity: Math.abs(contracts),
    averageTicks: priceTicks,
    orderRef: '',
    modelCode: '',
    lastLiquidity: 2,
    liquidation: true,
  };
  if (!hasExecution) {
    account.book(execution, 0);
    return;
  }
  const { commission } = bookExecution(core, execution);
  for (const session of core.sessions) if (session.clientId !== undefined) session.error(-1, 2148, MARGIN_CALL);
  deliverReports(core, [
    { kind: 'execution', execution },
    { kind: 'commission', commission, clientId: execution.clientId },
  ]);
}
