import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { answerThisMachine, closeServer, listenOnLoopback } from './loopback-server.js';

export interface DoorOptions {
  /** The port that people use. */
  readonly port: number;
  /** What the door is for, and the setting that moves it. */
  readonly purpose: string;
  readonly field: string;
  /** The server's own port, that nobody is told. */
  readonly behindPort: number;
}

/**
 * Stands before a server of another's making on this machine, at the port that people use. Such a server answers under any host
 * name, to a page of anybody's that rebinds its own name to loopback: the door lets through what names this machine, and no other
 * origin. And where it outlives the process that started it, the next one is not kept from the port.
 */
export class LoopbackDoor {
  private constructor(private readonly server: Server) {}

  /** @throws Failure 'PortTaken' */
  static async open({ port, purpose, field, behindPort }: DoorOptions): Promise<LoopbackDoor> {
    const server = await listenOnLoopback({ port, purpose, field });
    server.on('upgrade', (_request, socket) => socket.destroy()); // nothing behind a door needs one
    answerThisMachine(server, (request, response) => letThrough(request, response, behindPort, purpose));
    return new LoopbackDoor(server);
  }

  async close(): Promise<void> {
    await closeServer(this.server);
  }
}

function letThrough(request: IncomingMessage, response: ServerResponse, behindPort: number, purpose: string): void {
  const { method, url: path, headers } = request;
  const onward = http.request({ host: '127.0.0.1', port: behindPort, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  onward.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502, { 'content-type': 'text/plain' }).end(`${purpose} does not answer\n`);
  });
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}
