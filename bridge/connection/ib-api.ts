import type { Socket } from 'node:net';
import { EventName, IBApi } from '@stoqey/ib';
import { Failure } from '../../shared/failure.js';
import { decimalText } from '../../shared/market/events/decimal-text.js';
import { type DepthListener, DepthTap } from './depth-tap.js';

export interface GatewayAddress {
  readonly host: string;
  readonly port: number;
}

/** Our own pacer decides what leaves; the library's limiter must never hold a message back. */
const LIBRARY_REQUESTS_PER_SECOND = 10_000;

export interface IbApiListeners {
  /** The library could not decode a message: its queue is out of step, this connection is of no use any more. */
  readonly onBroken: (error: unknown) => void;
  /** Depth, which the library never sees. */
  readonly onDepth: DepthListener;
}

/**
 * A raw client (not the library's auto-reconnecting wrapper, which changes the client id) whose decoder cannot throw
 * into the process: a malformed message (bad rejection JSON, for one) leaves the library's queue out of step, so the
 * only safe answer is to give this connection up.
 */
export function createIbApi(address: GatewayAddress, { onBroken, onDepth }: IbApiListeners): IBApi {
  const ib = new IBApi({ host: address.host, port: address.port, maxReqPerSec: LIBRARY_REQUESTS_PER_SECOND });
  const socket = innerSocketOf(ib);
  const tap = new DepthTap(onDepth, socket.onData.bind(socket));
  socket.onData = (data) => {
    try {
      tap.push(data);
    } catch (error) {
      onBroken(error);
    }
  };
  const send = socket.send.bind(socket);
  socket.send = (tokens) => send(tokens.map(withPlainDecimals));
  // Two small messages, a cancel and the order that replaces it: the second must not wait until the first is acknowledged.
  ib.on(EventName.connected, () => socket.client?.setNoDelay(true));
  return ib;
}

/** The library writes numbers as String() does: a price of one tick of the yen would leave as 5e-7. */
function withPlainDecimals(token: unknown): unknown {
  if (Array.isArray(token)) return token.map(withPlainDecimals);
  // Whole numbers stay numbers: by the type of the first one the library knows its own handshake.
  return typeof token === 'number' && !Number.isInteger(token) ? decimalText(token) : token;
}

interface InnerSocket {
  readonly client?: Socket;
  onData(data: Buffer): void;
  send(tokens: readonly unknown[]): void;
}

interface InnerController {
  readonly socket: InnerSocket;
  resume?(): void;
}

/**
 * The stream to the gateway, through which the library writes every message whole, in one write of its own: whoever does
 * the same cannot come between the bytes of another message.
 * @returns undefined before the first connection
 */
export function streamOf(ib: IBApi): Socket | undefined {
  return innerSocketOf(ib).client;
}

/** The library keeps its socket private; a release that moves it must be noticed here and not in a trading hour. */
export function innerControllerOf(ib: IBApi): InnerController {
  const controller = Reflect.get(ib, 'controller') as Partial<InnerController> | undefined;
  if (typeof controller?.socket?.onData !== 'function' || typeof controller.socket.send !== 'function')
    throw new Failure(
      'IbLibraryChanged',
      'the @stoqey/ib library no longer has the socket that the bridge guards against malformed messages',
      'install the version named in package.json',
    );
  return controller as InnerController;
}

function innerSocketOf(ib: IBApi): InnerSocket {
  return innerControllerOf(ib).socket;
}
