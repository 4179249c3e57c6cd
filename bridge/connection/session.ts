import type { Socket } from 'node:net';
import { type Contract, EventName, type IBApi } from '@stoqey/ib';
import { CLIENT_ID } from '../../shared/config/services.js';
import { Failure } from '../../shared/failure.js';
import { CancelEncoder } from './cancel-encoder.js';
import type { DepthListener } from './depth-tap.js';
import { createIbApi, type GatewayAddress, streamOf } from './ib-api.js';
import { LibraryBytes } from './library-bytes.js';
import { OrderEncoder } from './order-encoder.js';
import { type Lane, Pacer } from './pacer.js';
import { meaningOfSystemCode, type SystemMeaning } from './system-codes.js';

/** Request ids start here, far above order ids, so that an error's id names one or the other and never both. */
const FIRST_REQUEST_ID = 1_500_000_000;

export interface SystemMessage {
  readonly code: number;
  readonly text: string;
  readonly meaning: SystemMeaning;
}

export interface SessionTimeouts {
  /** From TCP connect to the next valid order id. */
  readonly handshakeMs: number;
  /** Silence is measured by asking for the gateway's time this often... */
  readonly heartbeatMs: number;
  /** ...and the connection is given up when no answer comes for this long. */
  readonly silenceMsMax: number;
}

/** One accepted connection to the gateway, from its next valid order id until it closes. It never reconnects. */
export class GatewaySession {
  /** Resolves once, with the reason in plain words, when the connection is gone. */
  readonly closed: Promise<string>;
  /** What came before somebody listened: a gateway tells at once that it has lost IB. */
  private readonly early: SystemMessage[] = [];
  private hearSystem: (message: SystemMessage) => void = (message) => this.early.push(message);
  private nextRequest = FIRST_REQUEST_ID;
  private heartbeat: NodeJS.Timeout | undefined;
  private isOpen = true;
  private readonly library: LibraryBytes;
  private readonly cancels: CancelEncoder | null;
  private readonly stream: Socket | undefined;

  private constructor(
    readonly ib: IBApi,
    readonly nextValidId: number,
    readonly accounts: readonly string[],
    private readonly pacer: Pacer,
    private readonly closing: Closing,
    /** One more who hears depth messages. */
    readonly listenToDepth: (listener: DepthListener) => void,
  ) {
    this.library = new LibraryBytes(ib.serverVersion);
    this.cancels = CancelEncoder.of((orderId) => this.library.of((library) => library.cancelOrder(orderId)));
    this.stream = streamOf(ib);
    this.closed = closing.promise.then((reason) => {
      this.end();
      return reason;
    });
    ib.on(EventName.info, (text: string, code: number) => this.hearSystem(systemMessage(text, code)));
  }

  /** From the first message of the connection on. */
  set onSystem(hear: (message: SystemMessage) => void) {
    this.hearSystem = hear;
    for (const message of this.early.splice(0)) hear(message);
  }

  /**
   * @throws Failure ClientIdInUse when another session holds id 251, GatewayUnreachable when there is no listener or no
   * answer, PortMoved when the gateway names another port
   */
  static async open(address: GatewayAddress, timeouts: SessionTimeouts): Promise<GatewaySession> {
    const closing = new Closing();
    const listeners: DepthListener[] = [];
    const ib = createIbApi(address, {
      onBroken: (error) => {
        closing.close(`a message could not be decoded: ${error instanceof Error ? error.message : String(error)}`);
        ib.disconnect();
      },
      onDepth: (id, change, words) => {
        for (const listen of listeners) listen(id, change, words);
      },
    });
    const handshake = await shakeHands(ib, address, timeouts.handshakeMs, closing);
    const pacer = new Pacer(() => performance.now());
    const session = new GatewaySession(ib, handshake.nextValidId, handshake.accounts, pacer, closing, (onDepth) => {
      listeners.push(onDepth);
    });
    handshake.stopListening();
    session.early.push(...handshake.early);
    session.watchSilence(timeouts);
    return session;
  }

  get open(): boolean {
    return this.isOpen;
  }

  get messagesWaiting(): number {
    return this.pacer.waitingCount;
  }

  /** A fresh id for every request: a reused one is refused as a duplicate ticker id. */
  requestId(): number {
    return this.nextRequest++;
  }

  /** @returns false where the message was not accepted and will never leave */
  send(lane: Lane, call: (ib: IBApi) => void, dropped?: () => void): boolean {
    return this.isOpen && this.pacer.submit(lane, () => call(this.ib), dropped);
  }

  /**
   * Writes a whole frame in this very call, past the library: the write system call has been made when it returns.
   * It counts as any other message. An order leaves so, and is on the wire before anything else is done.
   * @param bytes one frame of an encoder of this session; it must not be changed afterwards
   * @returns false, and nothing was done, where the message would have to wait: for the pacer, behind an equal or more
   * urgent message, behind bytes that the operating system has not taken yet, or for a connection. Then use `send`.
   */
  sendNow(lane: Lane, bytes: Buffer): boolean {
    const { stream } = this;
    if (!this.isOpen || !stream?.writable || stream.writableLength > 0 || !this.pacer.takeNow(lane)) return false;
    stream.write(bytes);
    return true;
  }

  /**
   * Prepares orders for `sendNow`. Made of what the library writes at this session's server version, so a new one is
   * needed for each session and contract. It takes some milliseconds: not on a decision's path.
   * @returns null where the library's message is not understood: then orders go through `send` and the library
   */
  orderEncoder(account: string, contract: Contract): OrderEncoder | null {
    return OrderEncoder.of(
      (orderId, named, order) => this.library.of((library) => library.placeOrder(orderId, named, order)),
      account,
      contract,
    );
  }

  /** At once where that can be, else in its turn. @returns false where the message was not accepted and will never leave */
  cancelOrder(orderId: number): boolean {
    const bytes = this.cancels?.encode(orderId) ?? null;
    if (bytes !== null && this.sendNow('cancel', bytes)) return true;
    return this.send('cancel', (ib) => ib.cancelOrder(orderId));
  }

  close(reason: string): void {
    this.closing.close(reason);
    if (this.ib.isConnected) this.ib.disconnect();
  }

  private end(): void {
    this.isOpen = false;
    clearInterval(this.heartbeat);
    this.pacer.dropAll();
    this.ib.removeAllListeners();
  }

  /** A gateway can hang with its socket open: nothing closes then, so ask for the time and expect an answer. */
  private watchSilence(timeouts: SessionTimeouts): void {
    let heardAtMs = performance.now();
    this.ib.on(EventName.currentTime, () => {
      heardAtMs = performance.now();
    });
    this.heartbeat = setInterval(() => {
      const silentMs = performance.now() - heardAtMs;
      if (silentMs > timeouts.silenceMsMax)
        this.close(`the gateway gave no sign of life for ${Math.round(silentMs)} ms`);
      else this.send('request', (ib) => ib.reqCurrentTime());
    }, timeouts.heartbeatMs);
  }
}

/** The first reason given for the end of a connection wins; everybody who waits hears that one. */
class Closing {
  readonly promise: Promise<string>;
  close!: (reason: string) => void;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.close = resolve;
    });
  }
}

interface Handshake {
  readonly nextValidId: number;
  readonly accounts: readonly string[];
  /** What the gateway said of itself meanwhile. */
  readonly early: readonly SystemMessage[];
  readonly stopListening: () => void;
}

function systemMessage(text: string, code: number): SystemMessage {
  return { code, text, meaning: meaningOfSystemCode(code) };
}

/** Waits for the managed accounts and the next valid id: the gateway drops what is sent before. */
function shakeHands(ib: IBApi, address: GatewayAddress, handshakeMs: number, closing: Closing): Promise<Handshake> {
  const where = `${address.host}:${address.port}`;
  return new Promise((resolve, reject) => {
    let nextValidId: number | undefined;
    let accounts: readonly string[] | undefined;
    const early: SystemMessage[] = [];
    let isComplete = false;
    const fail = (failure: Failure) => {
      clearTimeout(timer);
      ib.removeAllListeners();
      ib.disconnect();
      reject(failure);
    };
    const timer = setTimeout(
      () => fail(unreachable(`the gateway at ${where} did not complete the handshake in ${handshakeMs} ms`)),
      handshakeMs,
    );
    const complete = () => {
      if (nextValidId === undefined || accounts === undefined) return;
      clearTimeout(timer);
      isComplete = true;
      ib.off(EventName.error, onError);
      ib.on(EventName.error, (error: Error, code: number, id: number) => {
        if (id === -1 && code === 502) closing.close(`socket error: ${error.message}`);
      });
      // The session listens only after this turn: what comes meanwhile is heard here.
      resolve({ nextValidId, accounts, early, stopListening: () => ib.off(EventName.info, onInfo) });
    };
    const onInfo = (text: string, code: number) => {
      early.push(systemMessage(text, code));
      if (isComplete) return;
      if (meaningOfSystemCode(code) === 'client-id-in-use') fail(clientIdInUse(where));
      if (meaningOfSystemCode(code) === 'port-moved') fail(portMoved(where, text));
    };
    const onError = (error: Error, code: number) => {
      if (meaningOfSystemCode(code) === 'client-id-in-use') fail(clientIdInUse(where));
      else if (code >= 502 && code <= 506)
        fail(unreachable(`cannot connect to the gateway at ${where}: ${error.message}`));
    };
    ib.on(EventName.info, onInfo);
    ib.on(EventName.error, onError);
    ib.on(EventName.disconnected, () => {
      closing.close('the gateway closed the connection');
      if (nextValidId === undefined || accounts === undefined)
        fail(unreachable(`the gateway at ${where} closed the connection during the handshake`));
    });
    ib.on(EventName.nextValidId, (id: number) => {
      nextValidId ??= id;
      complete();
    });
    ib.on(EventName.managedAccounts, (list: string) => {
      accounts ??= list.split(',').filter((account) => account.length > 0);
      complete();
    });
    // Never another id, whatever happens: the orders of this account belong to it.
    ib.connect(CLIENT_ID);
  });
}

function clientIdInUse(where: string): Failure {
  return new Failure(
    'ClientIdInUse',
    `client id ${CLIENT_ID} is in use at ${where}: another bridge is connected, or an old connection has not ended yet`,
    'stop the other bridge; this one keeps waiting and never takes another id',
  );
}

/** The connection failed or ended: a gateway that is merely away, also where it went in the middle of an answer. */
export function unreachable(message: string): Failure {
  return new Failure('GatewayUnreachable', message, 'start IB Gateway, enable its socket API and check host and port');
}

/** Code 1300 carries the new port in its text. */
export function portMoved(where: string, text: string): Failure {
  const port = Number(/\b(\d{4,5})\b(?!.*\b\d{4,5}\b)/.exec(text)?.[1]);
  return new Failure('PortMoved', `the gateway at ${where} moved its socket port: ${text}`, undefined, { port });
}
