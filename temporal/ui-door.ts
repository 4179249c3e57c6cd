import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { answerThisMachine, closeServer, listenOnLoopback } from '../shared/node/http/loopback-server.js';

/**
 * The Web UI of the embedded server answers under any host name, to a page of anybody's that rebinds its own name to
 * loopback; no setting of the server forbids it. So the server's own port is one that nobody is told, another one each
 * time, and this stands at the port that people use: it lets through what names this machine, and no other origin.
 */
export class UiDoor {
  private constructor(private readonly server: Server) {}

  /** @throws Failure 'PortTaken' */
  static async open(port: number, uiPort: number): Promise<UiDoor> {
    const server = await listenOnLoopback({ port, purpose: 'the Web UI', field: 'temporal.uiPort' });
    server.on('upgrade', (_request, socket) => socket.destroy()); // the UI needs none
    answerThisMachine(server, (request, response) => letThrough(request, response, uiPort));
    return new UiDoor(server);
  }

  async close(): Promise<void> {
    await closeServer(this.server);
  }
}

function letThrough(request: IncomingMessage, response: ServerResponse, uiPort: number): void {
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
