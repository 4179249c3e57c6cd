import { oddPosition } from '../faults/odd-values.js';
import type { GatewayCore } from '../gateway-core.js';
import type { Account } from '../orders/account.js';
import type { Execution } from '../orders/order.js';
import type { Session, Subscription } from '../session.js';
import {
  encodeAccountEnd,
  encodeAccountMulti,
  encodeAccountMultiEnd,
  encodeAccountSummary,
  encodeAccountSummaryEnd,
  encodeAccountTime,
  encodeAccountValue,
  encodePnl,
  encodePortfolio,
  encodePosition,
  encodePositionEnd,
  encodePositionMulti,
  encodePositionMultiEnd,
} from '../wire/encode-account.js';
import type { Handlers } from './handlers.js';

export const accountRequests: Handlers<
  | 'reqPositions'
  | 'cancelPositions'
  | 'reqAccountUpdates'
  | 'reqAccountSummary'
  | 'cancelAccountSummary'
  | 'reqPositionsMulti'
  | 'cancelPositionsMulti'
  | 'reqAccountUpdatesMulti'
  | 'cancelAccountUpdatesMulti'
  | 'reqPnl'
  | 'cancelPnl'
> = {
  reqPositions(core, session) {
    session.wantsPositions = true;
    for (const account of core.ledger.accounts.values()) sendPositions(core, session, account);
    session.send(encodePositionEnd());
  },
  cancelPositions(_core, session) {
    session.wantsPositions = false;
  },
  reqAccountUpdates(core, session, { subscribe, account }) {
    const found = core.ledger.accounts.get(account || core.settings.accounts[0]!);
    if (!found) return refuseAccount(session, -1, account);
    session.accountUpdates = subscribe ? found.name : undefined;
    if (subscribe) sendAccount(core, session, found);
  },
  reqAccountSummary(core, session, { reqId, tags }) {
    const wanted = new Set(tags.split(',').map((tag) => tag.trim()));
    const isWanted = (key: string) => wanted.has(key) || wanted.has('All');
    const send = () => {
      for (const { name, values } of accountValues(core))
        for (const [key, value, currency] of values)
          if (isWanted(key)) session.send(encodeAccountSummary(reqId, name, key, value, currency));
    };
    if (watch(session, reqId, 'accountSummary', send)) session.send(encodeAccountSummaryEnd(reqId));
  },
  cancelAccountSummary: (_core, session, { reqId }) => void session.unsubscribe(reqId, 'accountSummary'),
  reqPositionsMulti(core, session, { reqId }) {
    const send = () => {
      for (const account of core.ledger.accounts.values())
        for (const position of account.told()) session.send(encodePositionMulti(reqId, account.name, position));
    };
    if (watch(session, reqId, 'positionsMulti', send)) session.send(encodePositionMultiEnd(reqId));
  },
  cancelPositionsMulti: (_core, session, { reqId }) => void session.unsubscribe(reqId, 'positionsMulti'),
  reqAccountUpdatesMulti(core, session, { reqId }) {
    const send = () => {
      for (const { name, values } of accountValues(core))
        for (const [key, value, currency] of values)
          session.send(encodeAccountMulti(reqId, name, key, value, currency));
    };
    if (watch(session, reqId, 'accountMulti', send)) session.send(encodeAccountMultiEnd(reqId));
  },
  cancelAccountUpdatesMulti: (_core, session, { reqId }) => void session.unsubscribe(reqId, 'accountMulti'),
  reqPnl(core, session, { reqId, account }) {
    const found = core.ledger.accounts.get(account || core.settings.accounts[0]!);
    if (!found) return refuseAccount(session, reqId, account);
    watch(session, reqId, 'pnl', () => {
      const unrealized = found.equity - found.startCash - found.realizedPnl;
      session.send(encodePnl(reqId, unrealized + found.realizedPnl, unrealized, found.realizedPnl));
    });
  },
  cancelPnl: (_core, session, { reqId }) => void session.unsubscribe(reqId, 'pnl'),
};

/** Tells who watches accounts what fills changed in them: now, or as late as the script says. */
export function publishFills(core: GatewayCore, fills: readonly Execution[]): void {
  const names = new Set(fills.map(({ account }) => account));
  const accounts = [...names].map((name) => core.ledger.accounts.get(name)!);
  for (const { account, contract, side, shares } of fills) {
    const lateMs = core.scripted.latePositionsMs.shift();
    const late = core.ledger.accounts.get(account)!;
    const contracts = side === 'BUY' ? shares : -shares;
    if (lateMs === undefined) continue;
    late.withhold(contract, contracts);
    core.later(lateMs, () => {
      late.withhold(contract, -contracts);
      publishAccount(core, late);
    });
  }
  for (const account of accounts) publishAccount(core, account);
}

/** Tells every client that watches an account what a fill, or anything else, changed. */
export function publishAccount(core: GatewayCore, account: Account): void {
  for (const session of core.sessions) {
    if (session.clientId === undefined) continue;
    if (session.wantsPositions) sendPositions(core, session, account);
    for (const { refresh } of session.subscriptions.values()) refresh?.();
    if (session.accountUpdates === account.name) sendAccountValues(session, account);
  }
}

function sendPositions(core: GatewayCore, session: Session, account: Account): void {
  for (const position of account.told()) {
    const fields = encodePosition(account.name, position);
    const odd = core.scripted.oddPositions.shift();
    session.send(odd === undefined ? fields : oddPosition(odd, fields));
  }
}

function sendAccount(core: GatewayCore, session: Session, account: Account): void {
  sendAccountValues(session, account);
  session.send(encodeAccountTime(core.nowMs()));
  session.send(encodeAccountEnd(account.name));
}

function sendAccountValues(session: Session, account: Account): void {
  for (const [key, value, currency] of account.values())
    session.send(encodeAccountValue(account.name, key, value, currency));
  for (const position of account.told()) session.send(encodePortfolio(account, position));
}

const accountValues = (core: GatewayCore) =>
  [...core.ledger.accounts.values()].map((account) => ({ name: account.name, values: account.values() }));

function refuseAccount(session: Session, reqId: number, account: string): void {
  session.error(reqId, 321, `Error validating request: account ${account.slice(0, 20)} is not of this login`);
}

/** Sends now, and again after every fill. @returns false after an error: the id is in use */
function watch(session: Session, reqId: number, kind: Subscription['kind'], send: () => void): boolean {
  if (session.subscriptions.has(reqId)) {
    session.error(reqId, 322, "Error processing request:-'bN' : cause - Duplicate ticker id");
    return false;
  }
  session.subscriptions.set(reqId, { kind, refresh: send, stop() {} });
  send();
  return true;
}
