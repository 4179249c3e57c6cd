import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Failure } from '../../failure.js';
import { isForThisMachine, OTHER_HOST } from './own-host.js';

export interface LoopbackPort {
  readonly port: number;
  /** What it serves, for whoever finds it taken: `the Web UI`. */
  readonly purpose: string;
  /** The setting that moves it, and what else may be set there. */
  readonly field: string;
  readonly orElse?: string;
}

/**
 * Takes a port of loopback, for what `answerThisMachine` is then told to answer.
 * @throws Failure PortTaken; the system error where the port cannot be had for another reason
 */
export async function listenOnLoopback(asked: LoopbackPort): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(asked.port, '127.0.0.1', resolve);
  }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? portTaken(asked) : error;
  });
  // A connection that cannot be accepted is lost to whoever asked, and to nobody else.
  server.on('error', () => {});
  return server;
}

/** Answers who names this machine, and nobody else. */
export function answerThisMachine(
  server: Server,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  server.on('request', (request, response) => {
    if (isForThisMachine(request.headers)) answer(request, response);
    else response.writeHead(403, { 'content-type': 'text/plain', connection: 'close' }).end(OTHER_HOST);
  });
}

/** Also what is being answered ends now. */
export async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function portTaken({ port, purpose, field, orElse = '' }: LoopbackPort): Failure {
  return new Failure(
    'PortTaken',
    `port ${port} on 127.0.0.1, for ${purpose}, is taken by another program`,
    `stop that program, or set ${field} to another port${orElse}`,
    { port, field },
  );
}
