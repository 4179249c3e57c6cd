import net from 'node:net';
import { Failure } from '../shared/failure.js';

/** A TCP server that listens. @throws Failure PortTaken, with the fix */
export async function listen(host: string, port: number, accept: (socket: net.Socket) => void): Promise<net.Server> {
  const server = net.createServer(accept);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? portTaken(port) : error),
    );
    server.listen(port, host, resolve);
  });
  return server;
}

function portTaken(port: number): Failure {
  return new Failure(
    'PortTaken',
    `port ${port} is taken by another process`,
    'stop that process, or choose another port (0: any free one)',
    { port },
  );
}
