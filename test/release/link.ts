import { type AddressInfo, connect, createServer, type Server } from 'node:net';

/** A port of loopback that is free now. */
export async function freePort(): Promise<number> {
  const server = await listening(createServer());
  const { port } = server.address() as AddressInfo;
  await closed(server);
  return port;
}

/** A link to a daemon that passes only so many bytes of its answer, and then breaks or falls silent. */
export async function badLink(to: number, bytesMax: number, then: 'breaks' | 'falls silent') {
  const sockets = new Set<{ destroy(): void }>();
  const server = await listening(
    createServer((client) => {
      const daemon = connect({ port: to, host: '127.0.0.1' });
      for (const socket of [client, daemon]) {
        sockets.add(socket);
        socket.on('error', () => {});
      }
      let bytes = 0;
      client.pipe(daemon);
      daemon.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= bytesMax) client.write(chunk);
        else if (then === 'breaks') client.destroy();
      });
      client.on('close', () => daemon.destroy());
    }),
  );
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await closed(server);
    },
  };
}

function listening(server: Server): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
