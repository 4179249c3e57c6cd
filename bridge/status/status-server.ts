import type { Server, ServerResponse } from 'node:http';
import type { FullBridgeStatus } from '../../shared/contract/bridge-status.js';
import { answerThisMachine, closeServer, listenOnLoopback } from '../../shared/node/http/loopback-server.js';
import { bridgeMetrics } from './bridge-metrics.js';

type Reply = (type: string, text: string, code?: number) => void;

/**
 * `GET /status` (JSON) and `GET /metrics` (Prometheus) on loopback, to who names this machine. Port 0 in the configuration
 * means: not at all. The port is taken before there is anything to tell, because a port that is taken must be known before
 * anything is begun.
 */
export class StatusServer {
  private answer: (url: string | undefined, reply: Reply) => void | Promise<void> = (_url, reply) =>
    reply('text/plain', 'the bridge is starting\n', 503);

  private constructor(private readonly server: Server | null) {}

  /** @throws Failure PortTaken; the system error where the port cannot be had for another reason */
  static async open(port: number): Promise<StatusServer> {
    if (port === 0) return new StatusServer(null);
    const taken = { purpose: 'status and metrics', field: 'metrics.bridgePort', orElse: ' (0: none)' };
    const server = await listenOnLoopback({ port, ...taken });
    const opened = new StatusServer(server);
    answerThisMachine(server, ({ method, url }, response) => void opened.respond(method, url, response));
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
    if (this.server !== null) await closeServer(this.server);
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
