import { createServer, type Server } from 'node:http';
import type { FullBridgeStatus } from '../../shared/handover/bridge-status.js';
import { bridgeMetrics } from './bridge-metrics.js';

/** `GET /status` (JSON) and `GET /metrics` (Prometheus) on loopback. Port 0 in the configuration means: not at all. */
export class StatusServer {
  private server: Server | undefined;

  constructor(
    private readonly port: number,
    private readonly current: () => FullBridgeStatus,
  ) {}

  /** @throws the system error where the port is taken */
  async start(): Promise<void> {
    if (this.port === 0) return;
    const metrics = bridgeMetrics(this.current);
    this.server = createServer((request, response) => {
      const reply = (type: string, text: string, code = 200) =>
        response.writeHead(code, { 'content-type': type }).end(text);
      if (request.method !== 'GET') reply('text/plain', 'only GET\n', 405);
      else if (request.url === '/status') reply('application/json', `${JSON.stringify(this.current())}\n`);
      else if (request.url === '/metrics') metrics.text().then((text) => reply(metrics.contentType, text));
      else reply('text/plain', '/status or /metrics\n', 404);
    });
    await new Promise<void>((resolve, reject) => {
      this.server?.once('error', reject).listen(this.port, '127.0.0.1', resolve);
    });
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise<void>((resolve) => (this.server ? this.server.close(() => resolve()) : resolve()));
  }
}
