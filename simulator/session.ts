import type { Socket } from 'node:net';
import type { DepthStream } from './market/depth-stream.js';
import { Outbox } from './outbox.js';
import { encodeError, formatTime } from './wire/encode-system.js';
import { encodeFields, type Field, FrameReader, ProtocolViolation } from './wire/frame.js';
import { negotiateVersion, PREFIX } from './wire/handshake.js';

export interface SessionOptions {
  readonly serverVersionMax: number;
  readonly sendBufferBytesMax: number;
  readonly handshakeMs: number;
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
  accountUpdates: string | undefined;
  autoBind = false;
  /** 1 live, 2 frozen, 3 delayed, 4 delayed and frozen: what the client said it would take. */
  marketDataType = 1;
  pacesRequests = false;
  /** No market data goes out while the simulated connection to IB is down. */
  isMuted = false;
  /** A silent hang: nothing is read and nothing is written, the socket stays open. */
  isHung = false;
  readonly #reader = new FrameReader();
  #sawPrefix = false;
  #closeReason = 'the client closed the connection';

  constructor(
    readonly socket: Socket,
    readonly options: SessionOptions,
  ) {
    this.outbox = new Outbox(socket, options.sendBufferBytesMax, () =>
      this.destroy(`the client left more than ${options.sendBufferBytesMax} bytes unread`),
    );
    socket.setNoDelay(true);
    const timer = setTimeout(
      () => this.clientId === undefined && this.destroy('no handshake in time'),
      options.handshakeMs,
    );
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => {
      this.#closeReason = error.message;
    });
    socket.on('close', () => {
      clearTimeout(timer);
      for (const subscription of this.subscriptions.values()) subscription.stop();
      this.subscriptions.clear();
      options.onClosed(this, this.#closeReason);
    });
  }

  send(fields: readonly Field[]): void {
    this.sendText(encodeFields(fields));
  }

  /** A message whose fields are already encoded. */
  sendText(message: string): void {
    if (!this.isHung) this.outbox.push(message);
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

  /** Sends what is waiting, then closes. */
  end(reason: string): void {
    this.#closeReason = reason;
    this.outbox.flush();
    this.socket.end();
    this.socket.destroySoon();
  }

  /** Drops the connection at once. */
  destroy(reason: string): void {
    this.#closeReason = reason;
    this.socket.destroy();
  }

  /** Drops the connection with a TCP reset, as a crashed gateway would. */
  reset(reason: string): void {
    this.#closeReason = reason;
    this.socket.resetAndDestroy();
  }

  #receive(chunk: Buffer): void {
    if (this.isHung) return;
    this.#reader.push(chunk);
    try {
      if (this.version === 0 && !this.#handshake()) return;
      for (let frame = this.#reader.takeFrame(); frame; frame = this.#reader.takeFrame()) {
        if (this.socket.destroyed || this.isHung) return;
        this.options.onMessage(this, fieldsOf(frame));
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
    this.send([this.version, formatTime(this.options.nowMs())]);
    return true;
  }
}

function fieldsOf(frame: Buffer): string[] {
  const fields = frame.toString('utf8').split('\0');
  if (fields.at(-1) === '') fields.pop();
  return fields;
}
