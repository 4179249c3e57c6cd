import type { GatewayCore } from '../gateway-core.js';
import type { Session } from '../session.js';
import { REQUESTS, type RequestName, UNSUPPORTED_REQUESTS } from '../wire/decode-request.js';
import { FieldReader, MalformedRequest } from '../wire/field-reader.js';
import { accountRequests } from './account-requests.js';
import { connectionRequests } from './connection-requests.js';
import { contractRequests } from './contract-requests.js';
import type { Handlers } from './handlers.js';
import { historyRequests } from './history-requests.js';
import { marketDataRequests } from './market-data-requests.js';
import { orderRequests } from './order-requests.js';

const HANDLERS: Handlers = {
  ...accountRequests,
  ...connectionRequests,
  ...contractRequests,
  ...historyRequests,
  ...marketDataRequests,
  ...orderRequests,
};

/** Answers one message: with what it asks for, or with an error, never with silence. */
export function dispatch(core: GatewayCore, session: Session, message: readonly string[]): void {
  const messageId = Number(message[0]);
  const kind = REQUESTS.get(messageId);
  if (!kind) {
    refuseUnknown(session, message);
    return;
  }
  if (session.clientId === undefined && kind.name !== 'startApi') {
    session.error(-1, 504, 'Not connected: startApi has to come first');
    return;
  }
  if (core.scripted.isIgnored(kind.name)) return;
  const fields = new FieldReader(message.slice(1));
  try {
    const request = kind.decode(fields, session.version);
    const handle = HANDLERS[kind.name] as (core: GatewayCore, session: Session, request: object) => void;
    handle(core, session, request);
  } catch (error) {
    if (error instanceof MalformedRequest) {
      session.error(error.requestId, 320, `Error reading request. ${kind.name}: ${error.message}`);
      return;
    }
    // A defect of the simulator: one client's request must not end the gateway for the others.
    core.log.error({ error, message }, 'defect while handling a request');
    session.error(
      fields.requestId,
      322,
      `Error processing request. ${kind.name}: defect of the simulator, see its log`,
    );
  }
}

function refuseUnknown(session: Session, message: readonly string[]): void {
  const unsupported = UNSUPPORTED_REQUESTS.get(Number(message[0]));
  if (!unsupported) {
    session.error(-1, 320, `Error reading request. Message id '${(message[0] ?? '').slice(0, 20)}' is unknown`);
    return;
  }
  const id = Number(message[unsupported.idAt]);
  session.error(
    unsupported.idAt > 0 && Number.isInteger(id) ? id : -1,
    321,
    `Error validating request: ${unsupported.name} is not simulated`,
  );
}

export const nameOf = (messageId: string | undefined): RequestName | undefined => REQUESTS.get(Number(messageId))?.name;

/** Requests that go on to the exchange, and so wait while the gateway has lost IB. */
export const isOrderRequest = (messageId: string | undefined): boolean =>
  ['placeOrder', 'cancelOrder', 'globalCancel'].includes(nameOf(messageId) ?? '');
