import { EventEmitter } from 'node:events';
import type { Held, Owner } from './owner.js';
import { systemError } from './virtual-disk.js';
import type { VirtualNetwork } from './virtual-network.js';

/** What arrives at the other end, in order. */
type Arrival =
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'end' }
  | { readonly kind: 'reset' };

/** One end of a TCP connection, with what the product uses of net.Socket. */
export class VirtualSocket extends EventEmitter implements Held {
  destroyed = false;
  writableEnded = false;
  connecting = true;
  /** Bytes that have not arrived yet. */
  writableLength = 0;
  private peer: VirtualSocket | undefined;
  private isPaused = false;
  private sawEnd = false;
  private readonly unread: Arrival[] = [];
  /** When the last that was sent arrives: nothing overtakes it. */
  private lastArrivalMs = 0;

  constructor(
    private readonly network: VirtualNetwork,
    readonly owner: Owner,
  ) {
    super();
    network.hold(owner, this);
    owner.keptAlive++;
  }

  get writable(): boolean {
    return !this.destroyed && !this.writableEnded;
  }

  join(peer: VirtualSocket): void {
    this.peer = peer;
    this.connecting = false;
  }

  established(): void {
    this.emit('connect');
    this.emit('ready');
  }

  /** The connection was refused. */
  fail(error: Error): void {
    this.emit('error', error);
    this.destroy();
  }

  write(data: string | Uint8Array, ...rest: unknown[]): boolean {
    if (!this.writable || !this.owner.isAlive) return false;
    const bytes = Buffer.from(data as Uint8Array);
    this.network.onWrite(this, bytes);
    // The write may have been the last thing its process did.
    if (!this.owner.isAlive) return false;
    this.transmit(bytes);
    const onWritten = rest.find((value) => typeof value === 'function') as (() => void) | undefined;
    if (onWritten) this.network.world.schedule(0, this.owner, 'written', onWritten);
    return true;
  }

  /** Bytes on their way, whoever asked for it: also the part of a write in whose middle the process was killed. */
  transmit(bytes: Buffer): void {
    const { random } = this.network.world;
    const { splitShare } = this.network.faults;
    let from = 0;
    while (bytes.length - from > 1 && random() < splitShare) {
      const part = 1 + Math.floor(random() * (bytes.length - from - 1));
      this.send({ kind: 'data', bytes: bytes.subarray(from, from + part) });
      from += part;
    }
    this.send({ kind: 'data', bytes: bytes.subarray(from) });
  }

  end(...rest: unknown[]): this {
    if (this.writableEnded) return this;
    this.writableEnded = true;
    this.send({ kind: 'end' });
    const onEnded = rest.find((value) => typeof value === 'function') as (() => void) | undefined;
    if (onEnded) this.network.world.schedule(0, this.owner, 'ended', onEnded);
    return this;
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    if (!this.writableEnded) this.end();
    this.close(error);
    return this;
  }

  resetAndDestroy(): this {
    if (this.destroyed) return this;
    this.send({ kind: 'reset' });
    this.close();
    return this;
  }

  pause(): this {
    this.isPaused = true;
    return this;
  }

  resume(): this {
    this.isPaused = false;
    this.network.world.schedule(0, this.owner, 'resume', () => this.readOn());
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  /** The process is gone: the system closes what it had open, or resets it where bytes were left unread. */
  release(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.send({ kind: this.network.world.random() < 0.5 ? 'end' : 'reset' });
  }

  private close(error?: Error): void {
    this.destroyed = true;
    this.owner.held.delete(this);
    this.network.world.schedule(0, this.owner, 'closed', () => {
      this.owner.keptAlive--;
      if (error) this.emit('error', error);
      this.emit('close', error !== undefined);
    });
  }

  private send(arrival: Arrival): void {
    const { peer, network } = this;
    if (!peer) return;
    const { world, faults } = network;
    const dueMs = Math.max(world.nowMs + network.latencyMs(), faults.cutUntilMs, this.lastArrivalMs);
    this.lastArrivalMs = dueMs;
    const bytes = arrival.kind === 'data' ? arrival.bytes.length : 0;
    this.writableLength += bytes;
    world.schedule(dueMs - world.nowMs, peer.owner, arrival.kind, () => {
      this.writableLength -= bytes;
      peer.unread.push(arrival);
      peer.readOn();
    });
  }

  private readOn(): void {
    while (!this.isPaused && !this.destroyed) {
      const arrival = this.unread.shift();
      if (!arrival) return;
      if (arrival.kind === 'data') {
        this.network.onArrival(this, arrival.bytes);
        this.emit('data', arrival.bytes);
      } else if (arrival.kind === 'reset') this.destroy(systemError('ECONNRESET', 'read', 'socket'));
      else if (!this.sawEnd) {
        this.sawEnd = true;
        this.emit('end');
        this.destroy();
      }
    }
  }
}
