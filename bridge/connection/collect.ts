import { type Contract, EventName, type Order, type OrderState, SecType } from '@stoqey/ib';
import { Failure } from '../../shared/failure.js';
import { type GatewaySession, unreachable } from './session.js';

export interface OpenOrderReport {
  readonly orderId: number;
  readonly contract: Contract;
  readonly order: Order;
  readonly state: OrderState;
}

export interface PositionReport {
  readonly account: string;
  readonly contract: Contract;
  readonly contracts: number;
}

/** What the gateway says of our account at one moment. */
export interface GatewayTruth {
  /** Open orders of every client of the account. */
  readonly openOrders: readonly OpenOrderReport[];
  readonly positions: readonly PositionReport[];
}

/**
 * Asks in the order that leaves no hole: an order that fills while we ask is missing from the open orders but then is
 * in the executions, which are asked for later. The executions go to whoever listens for them on this connection.
 * @throws Failure NoAnswer when the gateway is silent for `timeoutMs`; GatewayUnreachable when the connection ends meanwhile
 */
export async function askGatewayTruth(session: GatewaySession, timeoutMs: number): Promise<GatewayTruth> {
  const openOrders = await askOpenOrders(session, timeoutMs);
  await askExecutions(session, timeoutMs);
  const positions = await askPositions(session, timeoutMs);
  return { openOrders, positions };
}

/** Open orders of every client of the account. @throws Failure NoAnswer, GatewayUnreachable */
export async function askOpenOrders(session: GatewaySession, timeoutMs: number): Promise<OpenOrderReport[]> {
  const found = new Map<string, OpenOrderReport>();
  const onOrder = (orderId: number, contract: Contract, order: Order, state: OrderState) =>
    found.set(`${order.clientId ?? ''}/${orderId}`, { orderId, contract, order, state });
  await inTurn(session, 'openOrders', async () => {
    for (const ask of ['reqAllOpenOrders', 'reqOpenOrders'] as const)
      await collect(
        session,
        ask,
        timeoutMs,
        EventName.openOrderEnd,
        () => true,
        [[EventName.openOrder, onOrder]],
        () => session.send('request', (ib) => ib[ask]()),
      );
  });
  return [...found.values()];
}

async function askExecutions(session: GatewaySession, timeoutMs: number): Promise<void> {
  const requestId = session.requestId();
  const isOurs = (id: number) => id === requestId;
  await collect(session, 'reqExecutions', timeoutMs, EventName.execDetailsEnd, isOurs, [], () =>
    session.send('request', (ib) => ib.reqExecutions(requestId, {})),
  );
}

/**
 * Every position of the login. The subscription stays: the gateway goes on telling what changes.
 * @throws Failure NoAnswer, GatewayUnreachable
 */
export async function askPositions(session: GatewaySession, timeoutMs: number): Promise<PositionReport[]> {
  const positions = new Map<string, PositionReport>();
  const onPosition = (account: string, contract: Contract, contracts: number) =>
    positions.set(`${account}/${contract.conId}`, { account, contract, contracts });
  const listeners = [[EventName.position, onPosition]] as const;
  await inTurn(session, 'positions', () =>
    collect(
      session,
      'reqPositions',
      timeoutMs,
      EventName.positionEnd,
      () => true,
      listeners,
      () => session.send('request', (ib) => ib.reqPositions()),
    ),
  );
  const odd = [...positions.values()].find((position) => isOdd(position, session.accounts));
  if (odd)
    throw noAnswer(
      'reqPositions',
      `so that it can be read: ${odd.account} ${odd.contract.localSymbol} ${odd.contracts}`,
    );
  return [...positions.values()];
}

/** A line that cannot be told apart from our own, which would then read as no position. */
function isOdd({ account, contract, contracts }: PositionReport, accounts: readonly string[]): boolean {
  const { secType = SecType.FUT, localSymbol } = contract;
  return secType === SecType.FUT && !(accounts.includes(account) && localSymbol && Number.isSafeInteger(contracts));
}

const turns = new WeakMap<GatewaySession, Map<string, Promise<unknown>>>();

/** The end of these answers names no request: of two questions at a time one would take the other's end for its own. */
async function inTurn(session: GatewaySession, what: string, ask: () => Promise<void>): Promise<void> {
  const ofSession = turns.get(session) ?? new Map<string, Promise<unknown>>();
  turns.set(session, ofSession);
  const turn = (ofSession.get(what) ?? Promise.resolve()).then(ask);
  ofSession.set(
    what,
    turn.catch(() => {}),
  );
  await turn;
}

// biome-ignore lint/suspicious/noExplicitAny: the library's emitter has one listener type for all events
type Listener = (...args: any[]) => void;

/** Listens, asks, and waits for the end marker of that request. @throws Failure NoAnswer, GatewayUnreachable */
export async function collect(
  session: GatewaySession,
  what: string,
  timeoutMs: number,
  end: EventName,
  isEnd: (id: number) => boolean,
  listeners: readonly (readonly [EventName, Listener])[],
  ask: () => void,
): Promise<void> {
  const events: EventEmitter = session.ib;
  let timer: NodeJS.Timeout | undefined;
  let onEnd: Listener = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      onEnd = (id: number) => {
        if (isEnd(id)) resolve();
      };
      events.on(end, onEnd);
      for (const [event, listener] of listeners) events.on(event, listener);
      timer = setTimeout(() => reject(noAnswer(what, `in ${timeoutMs} ms`)), timeoutMs);
      session.closed.then((reason) =>
        reject(unreachable(`the connection ended before the answer to ${what}: ${reason}`)),
      );
      ask();
    });
  } finally {
    clearTimeout(timer);
    events.off(end, onEnd);
    for (const [event, listener] of listeners) events.off(event, listener);
  }
}

/** The library types each event's listener apart; here they are all alike. */
type EventEmitter = {
  on(event: EventName, listener: Listener): unknown;
  off(event: EventName, listener: Listener): unknown;
};

function noAnswer(what: string, how: string): Failure {
  return new Failure('NoAnswer', `the gateway did not answer ${what} ${how}`, 'the bridge reconnects by itself');
}
