import type { Config } from '../../shared/config/config.js';
import { Failure } from '../../shared/failure.js';
import { askOpenOrders, askPositions } from '../connection/collect.js';
import type { GatewaySession } from '../connection/session.js';
import { requireAccountOfMode } from '../halt/require-account.js';
import { saysOver } from '../orders/order-state.js';

/** Nothing is rehearsed with real money, whatever else is said. @throws Failure AccountRefused */
export function requirePaper({ gateway }: Config): void {
  if (gateway.mode !== 'paper')
    throw new Failure(
      'AccountRefused',
      'gateway.mode is live: a rehearsal sends orders that nobody means, on a paper account only',
      'use a configuration of its own with the paper account and gateway.mode paper',
    );
  requireAccountOfMode(gateway);
}

/**
 * The gateway is logged in to the paper account and to no other, which holds nothing of the product and has no open
 * order: what is there at the end is then the rehearsal's own. @throws Failure AccountRefused, AccountNotQuiet, NoAnswer
 */
export async function requireQuietAccount(session: GatewaySession, config: Config, answerMs: number): Promise<void> {
  const { account } = config.gateway;
  const others = session.accounts.filter((one) => !one.startsWith('D'));
  if (others.length > 0 || !session.accounts.includes(account))
    throw new Failure(
      'AccountRefused',
      `the gateway is logged in to ${session.accounts.join(', ')}: a rehearsal needs ${account} and paper accounts only`,
      'log the gateway in to the paper account',
    );
  const open = (await askOpenOrders(session, answerMs)).filter(({ state }) => !saysOver(state.status));
  if (open.length > 0) throw notQuiet(`has open orders (${open.length})`, 'cancel them first');
  const { symbol } = config.instrument;
  const held = (await askPositions(session, answerMs)).find(
    (position) => position.account === account && position.contract.symbol === symbol && position.contracts !== 0,
  );
  if (held) throw notQuiet(`holds ${held.contracts} ${held.contract.localSymbol}`, 'close the position first');
}

function notQuiet(what: string, fix: string): Failure {
  return new Failure('AccountNotQuiet', `the account ${what}: a rehearsal would take it for its own`, fix);
}
