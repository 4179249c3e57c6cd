import http from 'node:http';
import net from 'node:net';
import type { VirtualSocket } from './virtual-socket.js';
import { activeWorld } from './world.js';

type Call = (...args: unknown[]) => unknown;

/** Connections and servers of the active world; without one, the real ones. */
export function patchNetwork(): void {
  const { createServer } = net;
  const { createServer: createHttpServer } = http;
  for (const name of ['connect', 'createConnection'] as const) {
    const real = net[name] as Call;
    net[name] = ((...args: unknown[]) => {
      const world = activeWorld();
      if (!world) return real.apply(net, args);
      const socket = world.network.connect(targetOf(args[0]));
      const onConnect = args.find((value) => typeof value === 'function');
      return onConnect ? socket.once('connect', onConnect as () => void) : socket;
    }) as unknown as typeof net.connect;
  }
  net.createServer = ((...args: unknown[]) => {
    const world = activeWorld();
    if (!world) return (createServer as Call).apply(net, args);
    const accept = args.find((value) => typeof value === 'function') as ((socket: VirtualSocket) => void) | undefined;
    return world.network.createServer(accept ?? (() => {}));
  }) as unknown as typeof net.createServer;
  // Nobody asks for pages in the virtual world; that the port may be taken is all that matters.
  http.createServer = ((...args: unknown[]) =>
    activeWorld()?.network.createServer((socket) => void socket.destroy()) ??
    (createHttpServer as Call).apply(http, args)) as unknown as typeof http.createServer;
}

function targetOf(where: unknown): number | string {
  if (typeof where !== 'object' || where === null) return where as number | string;
  const { path, port } = where as { path?: string; port?: number };
  return path ?? port ?? 0;
}
