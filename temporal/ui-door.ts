import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Failure } from '../shared/failure.js';
import { isForThisMachine, OTHER_HOST } from '../shared/http/own-host.js';

/**
 * The Web UI of the embedded server answers under any host name, to a page of anybody's that rebinds its own name to
 * loopback; no setting of the server forbids it. So the server's own port is one that nobody is told, another one each
 * time, and this stands at the port that people use: it lets through what names this machine, and no other origin.
 */
export class UiDoor {
  private constructor(private readonly server: Server) {}

  /** @throws Failure 'PortTaken' */
  static async open(port: number, uiPort: number): Promise<UiDoor> {
    const server = http.createServer((request, response) => letThrough(request, response, uiPort));
    server.on('upgrade', (_request, socket) => socket.destroy()); // the UI needs none
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve);
    }).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EADDRINUSE' ? portTaken(port) : error;
    });
    server.on('error', () => {}); // a connection that cannot be accepted is lost to whoever asked, and to nobody else
    return new UiDoor(server);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

function letThrough(request: IncomingMessage, response: ServerResponse, uiPort: number): void {
  if (!isForThisMachine(request.headers)) {
    response.writeHead(403, { 'content-type': 'text/plain', connection: 'close' }).end(OTHER_HOST);
    return;
  }
  const { method, url: path, headers } = request;
  const onward = http.request({ host: '127.0.0.1', port: uiPort, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  onward.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502, { 'content-type': 'text/plain' }).end('the workflow server does not answer\n');
  });
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

function portTaken(port: number): Failure {
  return new Failure(
    'PortTaken',
    `port ${port} on 127.0.0.1, for the Web UI, is taken by another program`,
    'stop that program, or set temporal.uiPort to another port',
    { port, field: 'temporal.uiPort' },
  );
}
