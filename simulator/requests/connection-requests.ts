import { encodeCurrentTime, encodeManagedAccounts, encodeNextValidId } from '../wire/encode-system.js';
import type { Handlers } from './handlers.js';

/** Notices that a gateway sends once a client is in. */
const FARM_NOTICES: readonly [code: number, text: string][] = [
  [2104, 'Market data farm connection is OK:usfuture'],
  [2106, 'HMDS data farm connection is OK:ushmds'],
  [2158, 'Sec-def data farm connection is OK:secdefil'],
];

export const connectionRequests: Handlers<
  | 'startApi'
  | 'reqIds'
  | 'reqManagedAccts'
  | 'reqCurrentTime'
  | 'setServerLogLevel'
  | 'reqNewsBulletins'
  | 'cancelNewsBulletins'
  | 'reqUserInfo'
  | 'reqFamilyCodes'
> = {
  startApi(core, session, { clientId, capabilities }) {
    if (session.clientId !== undefined)
      return session.error(-1, 321, 'Error validating request: the API was started already');
    if (clientId < 0) return session.error(-1, 321, 'Error validating request: the client id must not be negative');
    for (const other of core.sessions)
      if (other !== session && other.clientId === clientId) {
        session.error(-1, 326, 'Unable to connect as the client id is already in use. Retry with a unique client id.');
        return session.end(`client id ${clientId} is in use`);
      }
    session.clientId = clientId;
    session.pacesRequests = capabilities.includes('+PACEAPI');
    session.send(encodeManagedAccounts(core.settings.accounts));
    const lateMs = core.scripted.lateFirstIdsMs.shift();
    const sendFirstId = () => session.isOpen && session.send(encodeNextValidId(core.ledger.nextOrderId(clientId)));
    if (lateMs === undefined) sendFirstId();
    else core.later(lateMs, sendFirstId);
    for (const [code, text] of FARM_NOTICES) session.error(-1, code, text);
    core.onReady(session);
  },
  reqIds: (core, session) => session.send(encodeNextValidId(core.ledger.nextOrderId(session.clientId!))),
  reqManagedAccts: (core, session) => session.send(encodeManagedAccounts(core.settings.accounts)),
  reqCurrentTime: (core, session) => session.send(encodeCurrentTime(core.nowMs())),
  setServerLogLevel() {},
  reqNewsBulletins() {},
  cancelNewsBulletins() {},
  reqUserInfo: (_core, session, { reqId }) => session.send([107, reqId, '']),
  reqFamilyCodes: (core, session) =>
    session.send([78, core.settings.accounts.length, ...core.settings.accounts.flatMap((account) => [account, ''])]),
};
