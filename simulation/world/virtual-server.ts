import { EventEmitter } from 'node:events';
import type { Held, Owner } from './owner.js';
import type { VirtualNetwork } from './virtual-network.js';
import type { VirtualSocket } from './virtual-socket.js';

/** What the product uses of net.Server and http.Server. */
export class VirtualServer extends EventEmitter implements Held {
  private port: number | string | undefined;
  private readonly owner: Owner;

  constructor(
    private readonly network: VirtualNetwork,
    readonly accept: (socket: VirtualSocket) => void,
  ) {
    super();
    this.owner = network.world.owner;
  }

  get listening(): boolean {
    return this.port !== undefined;
  }

  /** As Node takes it: a port or a path (or an object that names one), then perhaps a host, then perhaps a callback. */
  listen(where: number | string | { port?: number; path?: string }, ...rest: unknown[]): this {
    const asked = typeof where === 'object' ? (where.path ?? where.port ?? 0) : where;
    const onListening = rest.find((value) => typeof value === 'function') as (() => void) | undefined;
    const { world } = this.network;
    world.schedule(0, this.owner, 'listen', () => {
      try {
        this.port = this.network.listen(this, asked);
      } catch (error) {
        this.emit('error', error);
        return;
      }
      this.network.hold(this.owner, this);
      this.owner.keptAlive++;
      onListening?.();
      this.emit('listening');
    });
    return this;
  }

  address(): { port: number; address: string; family: string } | string | null {
    if (this.port === undefined) return null;
    return typeof this.port === 'string' ? this.port : { port: this.port, address: '127.0.0.1', family: 'IPv4' };
  }

  close(onClosed?: (error?: Error) => void): this {
    const wasListening = this.listening;
    this.release();
    const error = wasListening
      ? undefined
      : Object.assign(new Error('not running'), { code: 'ERR_SERVER_NOT_RUNNING' });
    this.network.world.schedule(0, this.owner, 'server closed', () => {
      onClosed?.(error);
      this.emit('close');
    });
    return this;
  }

  closeAllConnections(): void {}

  closeIdleConnections(): void {}

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  release(): void {
    if (this.port === undefined) return;
    this.network.unlisten(this.port);
    this.port = undefined;
    this.owner.held.delete(this);
    this.owner.keptAlive--;
  }
}
