import type { Held, Owner } from './owner.js';
import { systemError } from './virtual-disk.js';
import { VirtualServer } from './virtual-server.js';
import { VirtualSocket } from './virtual-socket.js';
import type { World } from './world.js';

/** What goes wrong between the processes at present. */
export interface NetworkFaults {
  /** Added to every message, ms. */
  delayMs: number;
  /** Nothing arrives before this moment; what was sent meanwhile does then. */
  cutUntilMs: number;
  /** Share of writes that arrive in several parts. */
  splitShare: number;
}

/** A port that is listened at, and by whom. */
interface Listener {
  readonly owner: Owner;
  /** null: somebody else's program, which answers nothing. */
  readonly server: VirtualServer | null;
}

/** TCP on one machine: ports, connections, and what can go wrong between two processes. */
export class VirtualNetwork {
  readonly faults: NetworkFaults = { delayMs: 0, cutUntilMs: 0, splitShare: 0.05 };
  /** Told of everything that a process writes to a socket, before it leaves (a kill may be due in its middle). */
  onWrite: (socket: VirtualSocket, bytes: Uint8Array) => void = () => {};
  /** Told of everything that arrives at a socket. */
  onArrival: (socket: VirtualSocket, bytes: Buffer) => void = () => {};
  private readonly listeners = new Map<number | string, Listener>();
  private ephemeral = 40_000;

  constructor(readonly world: World) {}

  /** @throws EADDRINUSE; @returns the port, a fresh one for 0 */
  listen(server: VirtualServer | null, port: number | string): number | string {
    const taken = port === 0 ? ++this.ephemeral : port;
    if (this.listeners.has(taken)) throw systemError('EADDRINUSE', 'listen', String(taken));
    this.listeners.set(taken, { owner: this.world.owner, server });
    return taken;
  }

  unlisten(port: number | string): void {
    this.listeners.delete(port);
  }

  /** One way, ms; drawn for each write. */
  latencyMs(): number {
    const { random } = this.world;
    // Mostly the usual time, now and then much more.
    return 0.1 + random() * 2 + (random() < 0.01 ? random() * 40 : 0) + this.faults.delayMs;
  }

  connect(port: number | string): VirtualSocket {
    const { world } = this;
    const socket = new VirtualSocket(this, world.owner);
    world.schedule(this.latencyMs(), world.owner, 'connect', () => {
      const listener = this.listeners.get(port);
      if (socket.destroyed) return;
      if (!listener?.server || !listener.owner.isAlive || world.nowMs < this.faults.cutUntilMs) {
        socket.fail(systemError('ECONNREFUSED', 'connect', String(port)));
        return;
      }
      const far = new VirtualSocket(this, listener.owner);
      socket.join(far);
      far.join(socket);
      const { server } = listener;
      world.schedule(0, listener.owner, 'accept', () => server.accept(far));
      socket.established();
    });
    return socket;
  }

  /** Opens a server on behalf of the present process. */
  createServer(onConnection: (socket: VirtualSocket) => void): VirtualServer {
    return new VirtualServer(this, onConnection);
  }

  hold(owner: Owner, held: Held): void {
    owner.held.add(held);
  }
}
