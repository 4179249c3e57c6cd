import { createServer, type Server, type ServerResponse } from 'node:http';
import { Failure } from '../../shared/failure.js';
import type { FullBridgeStatus } from '../../shared/handover/bridge-status.js';
import { isForThisMachine, OTHER_HOST } from '../../shared/http/own-host.js';
import { bridgeMetrics } from './bridge-metrics.js';

type Reply = (type: string, text: string, code?: number) => void;

/**
 * `GET /status` (JSON) and `GET /metrics` (Prometheus) on loopback, to who names this machine. Port 0 in the configuration means: not at all. The
 * port is taken before there is anything to tell, because a port that is taken must be known before anything is begun.
 */
export class StatusServer {
  private answer: (url: string | undefined, reply: Reply) => void | Promise<void> = (_url, reply) =>
    reply('text/plain', 'the bridge is starting\n', 503);

  private constructor(private readonly server: Server | null) {}

  /** @throws Failure PortTaken; the system error where the port cannot be had for another reason */
  static async open(port: number): Promise<StatusServer> {
    if (port === 0) return new StatusServer(null);
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve);
    }).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EADDRINUSE' ? portTaken(port) : error;
    });
    // A connection that cannot be accepted is lost to whoever asked, and to nobody else.
    server.on('error', () => {});
    const opened = new StatusServer(server);
    server.on('request', (request, response) => {
      if (isForThisMachine(request.headers)) void opened.respond(request.method, request.url, response);
      else response.writeHead(403, { 'content-type': 'text/plain', connection: 'close' }).end(OTHER_HOST);
    });
    return opened;
  }

  serve(current: () => FullBridgeStatus): void {
    const metrics = bridgeMetrics(current);
    this.answer = async (url, reply) => {
      if (url === '/status') reply('application/json', `${JSON.stringify(current())}\n`);
      else if (url === '/metrics') reply(metrics.contentType, await metrics.text());
      else reply('text/plain', '/status or /metrics\n', 404);
    };
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  private async respond(method: string | undefined, url: string | undefined, response: ServerResponse): Promise<void> {
    const reply: Reply = (type, text, code = 200) => response.writeHead(code, { 'content-type': type }).end(text);
    try {
      if (method !== 'GET') reply('text/plain', 'only GET\n', 405);
      else await this.answer(url, reply);
    } catch (error) {
      reply('text/plain', `${String(error)}\n`, 500);
    }
  }
}

function portTaken(port: number): Failure {
  return new Failure(
    'PortTaken',
    `port ${port} on 127.0.0.1, for status and metrics, is taken by another program`,
    'stop that program, or set metrics.bridgePort to another port (0: none)',
    { port, field: 'metrics.bridgePort' },
  );
}
