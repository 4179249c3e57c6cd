import type { Socket } from 'node:net';
import type { TransportFault } from './faults/transport-fault.js';
import { Splitting, Withholding } from './faults/transport-fault.js';
import { type DataStream, Feed } from './feed.js';
import type { DepthStream } from './market/depth-stream.js';
import { Outbox } from './outbox.js';
import type { Pace } from './pace.js';
import { encodeError } from './wire/encode-system.js';
import { encodeFields, type Field, FrameReader, ProtocolViolation } from './wire/frame.js';
import { formatTime } from './wire/gateway-time.js';
import { negotiateVersion, PREFIX } from './wire/handshake.js';

/** A client that does not take the last bytes in this time loses them. */
const CLOSE_LIMIT_MS = 2000;

export interface SessionOptions {
  readonly serverVersionMax: number;
  readonly sendBufferBytesMax: number;
  readonly handshakeMs: number;
  readonly pace: Pace;
  readonly timeZone: string;
  nowMs(): number;
  /** One whole message of a client; the session is past its handshake. */
  onMessage(session: Session, fields: string[]): void;
  onClosed(session: Session, reason: string): void;
}

/** A running subscription of a client, under the request id it chose. */
export interface Subscription {
  readonly kind:
    | 'level1'
    | 'depth'
    | 'tickByTick'
    | 'realTimeBars'
    | 'historical'
    | 'accountSummary'
    | 'positionsMulti'
    | 'accountMulti'
    | 'pnl';
  readonly depth?: DepthStream;
  readonly feed?: Feed;
  /** Sends anew what a fill may have changed. */
  refresh?(): void;
  stop(): void;
}

/** One client's connection: its handshake, its dialect, its subscriptions. */
export class Session {
  readonly outbox: Outbox;
  /** By request id. */
  readonly subscriptions = new Map<number, Subscription>();
  /** Negotiated; 0 before the handshake. */
  version = 0;
  /** Undefined until startApi was accepted. */
  clientId: number | undefined;
  wantsPositions = false;
  /** Account whose updates it wants. */
  accountUpdates: string | undefined;
  autoBind = false;
  /** 1 live, 2 frozen, 3 delayed, 4 delayed and frozen: what the client said it would take. */
  marketDataType = 1;
  /** It asked that messages above the rate wait instead of being refused. */
  pacesRequests = false;
  /** What new subscriptions do not get. */
  readonly silent = new Set<DataStream>();
  /** Reasons for which it gets no market data now. */
  muted = 0;
  readonly #reader = new FrameReader();
  #sawPrefix = false;
  #isHung = false;
  #closeReason = 'the client closed the connection';

  constructor(
    readonly socket: Socket,
    readonly options: SessionOptions,
  ) {
    this.outbox = new Outbox(socket, options.sendBufferBytesMax, () =>
      this.destroy(`the client left more than ${options.sendBufferBytesMax} bytes unread`),
    );
    socket.setNoDelay(true);
    const timer = setTimeout(() => {
      if (this.clientId === undefined) this.destroy('no handshake in time');
    }, options.handshakeMs);
    socket.on('data', (chunk) => {
      this.#reader.push(chunk);
      this.#read();
    });
    socket.on('error', (error) => {
      this.#closeReason = error.message;
    });
    socket.on('close', () => {
      clearTimeout(timer);
      this.unsubscribeAll(() => true);
      options.onClosed(this, this.#closeReason);
    });
  }

  get pace(): Pace {
    return this.options.pace;
  }

  get isOpen(): boolean {
    return !this.socket.destroyed && !this.socket.writableEnded;
  }

  send(fields: readonly Field[]): void {
    this.outbox.push(encodeFields(fields));
  }

  /** Market data: goes out unless muted. */
  sendData(message: string | readonly Field[]): void {
    if (this.muted > 0) return;
    this.outbox.push(typeof message === 'string' ? message : encodeFields(message), 'ascii');
  }

  /** What a new subscription is to send by. */
  openFeed(): Feed {
    return new Feed((message) => this.sendData(message), this.silent);
  }

  error(id: number, code: number, text: string, rejectJson?: string): void {
    this.send(encodeError(this.version, id, code, text, rejectJson));
  }

  count(kind: Subscription['kind']): number {
    let count = 0;
    for (const subscription of this.subscriptions.values()) if (subscription.kind === kind) count++;
    return count;
  }

  /** Ends a subscription. @returns false where there is none of that kind under the id */
  unsubscribe(reqId: number, kind: Subscription['kind']): boolean {
    const subscription = this.subscriptions.get(reqId);
    if (subscription?.kind !== kind) return false;
    subscription.stop();
    return this.subscriptions.delete(reqId);
  }

  unsubscribeAll(isMeant: (kind: Subscription['kind']) => boolean): void {
    for (const [reqId, { kind }] of this.subscriptions) if (isMeant(kind)) this.unsubscribe(reqId, kind);
  }

  /** The book of every depth subscription anew: 317, then inserts. */
  restartDepth(): void {
    for (const { depth } of this.subscriptions.values()) depth?.restart();
  }

  split(bytesPerWrite: number, forMs: number): void {
    this.#distort(new Splitting(this.socket, bytesPerWrite), forMs);
  }

  merge(holdMs: number, forMs: number): void {
    this.#distort(new Withholding(this.socket, holdMs), forMs);
  }

  /** Reads nothing and writes nothing, for a while or until `resume`; the socket stays open. */
  hang(forMs: number | undefined): void {
    this.#distort(new Withholding(this.socket, undefined), forMs);
    this.#isHung = true;
    this.socket.pause();
  }

  /** Ends what `split`, `merge` or `hang` began, and catches up. */
  resume(): void {
    const { fault } = this.outbox;
    if (!fault || !this.isOpen) return;
    this.outbox.flush();
    this.outbox.fault = undefined;
    fault.release();
    if (!this.#isHung) return;
    this.#isHung = false;
    this.socket.resume();
    this.#read();
  }

  /** Sends what is waiting, then closes. */
  end(reason: string): void {
    this.#closeReason = reason;
    this.outbox.flush();
    this.outbox.fault?.release();
    this.socket.end(() => this.socket.destroy());
    setTimeout(() => this.socket.destroy(), CLOSE_LIMIT_MS).unref();
  }

  /** Drops the connection at once. */
  destroy(reason: string): void {
    this.#closeReason = reason;
    this.socket.destroy();
  }

  /** Drops the connection with a TCP reset, as a crashed gateway would. */
  reset(reason: string): void {
    this.#closeReason = reason;
    this.outbox.flush();
    this.socket.resetAndDestroy();
  }

  #distort(fault: TransportFault, forMs: number | undefined): void {
    this.resume();
    this.outbox.flush();
    this.outbox.fault = fault;
    if (forMs === undefined) return;
    setTimeout(() => {
      if (this.outbox.fault === fault) this.resume();
    }, forMs).unref();
  }

  #read(): void {
    try {
      if (this.version === 0 && !this.#handshake()) return;
      while (this.isOpen && !this.#isHung) {
        const frame = this.#reader.takeFrame();
        if (!frame) return;
        if (frame.at(-1) === 0) this.options.onMessage(this, frame.toString('utf8', 0, frame.length - 1).split('\0'));
        else this.error(-1, 320, 'Error reading request. The message does not end with a NUL');
      }
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.destroy(error.message);
    }
  }

  /** @returns whether the version is agreed */
  #handshake(): boolean {
    if (!this.#sawPrefix) {
      const prefix = this.#reader.takeBytes(PREFIX.length);
      if (!prefix) return false;
      if (!prefix.equals(PREFIX)) throw new ProtocolViolation('the connection does not begin with API and a NUL');
      this.#sawPrefix = true;
    }
    const announcement = this.#reader.takeFrame();
    if (!announcement) return false;
    this.version = negotiateVersion(announcement.toString('latin1').replace(/\0$/, ''), this.options.serverVersionMax);
    this.send([this.version, formatTime(this.options.nowMs(), this.options.timeZone)]);
    return true;
  }
}
