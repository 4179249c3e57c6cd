import { createServer, type Server } from 'node:http';
import { Gauge, Registry } from 'prom-client';
import type { BridgeStatus } from '../../shared/handover/bridge-status.js';

/** What the loopback endpoint tells beyond the status file. */
export interface BridgeDetails {
  readonly status: BridgeStatus;
  /** Reasons for which trading is halted now, by code. */
  readonly halts: Readonly<Record<string, string>>;
  readonly heads: readonly { readonly name: string; readonly onnxSha256: string }[];
  readonly limits: Readonly<Record<string, number>>;
  readonly lastFillTime: string | null;
  readonly pnlTodayUsd: number | null;
  /** Messages that wait for their turn to be sent to the gateway. */
  readonly messagesWaiting: number;
  /** Captured lines, in bytes, that the disk has not taken yet. */
  readonly captureBacklogBytes: number;
  readonly eventLoopDelayMsP99: number;
}

/** `GET /status` (JSON) and `GET /metrics` (Prometheus) on loopback. Port 0 in the configuration means: not at all. */
export class StatusServer {
  private server: Server | undefined;

  constructor(
    private readonly port: number,
    private readonly current: () => BridgeDetails,
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
      else if (request.url === '/metrics') metrics.metrics().then((text) => reply(metrics.contentType, text));
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

/** Every number is taken from the details when Prometheus asks: nothing is counted twice. */
function bridgeMetrics(current: () => BridgeDetails): Registry {
  const registry = new Registry();
  const gauge = (name: string, help: string, read: (details: BridgeDetails) => number) =>
    new Gauge({
      ...{ name: `believe_bridge_${name}`, help, registers: [registry] },
      collect() {
        this.set(read(current()));
      },
    });
  gauge('up', '1 while connected to the gateway and reconciled', ({ status }) => Number(status.connection === 'ready'));
  gauge('trading_armed', '1 while orders may be sent', ({ status }) => Number(status.trading === 'armed'));
  gauge('model_version', 'version of the release in use, 0 for none', ({ status }) => status.modelVersion ?? 0);
  gauge('events_total', 'market events captured', ({ status }) => status.eventsSeen);
  gauge('decisions_total', 'decisions taken', ({ status }) => status.decisions);
  gauge('decision_errors', 'decisions that failed since the last swap', ({ status }) => status.decisionErrors);
  gauge('orders_sent_total', 'orders sent', ({ status }) => status.ordersSent);
  gauge('fills_total', 'executions counted', ({ status }) => status.fills);
  gauge('position_contracts', 'signed position', ({ status }) => status.positionContracts);
  gauge('pnl_today_usd', 'profit of the trade date, NaN while unknown', ({ pnlTodayUsd }) => pnlTodayUsd ?? Number.NaN);
  gauge('decision_latency_ms_p50', 'event to decision', ({ status }) => status.decisionLatencyMsP50);
  gauge('decision_latency_ms_p99', 'event to decision', ({ status }) => status.decisionLatencyMsP99);
  gauge('messages_waiting', 'messages waiting for the rate limit', ({ messagesWaiting }) => messagesWaiting);
  gauge('capture_backlog_bytes', 'captured, not yet on disk', ({ captureBacklogBytes }) => captureBacklogBytes);
  gauge(
    'event_loop_delay_ms_p99',
    'since the last scrape of /status',
    ({ eventLoopDelayMsP99 }) => eventLoopDelayMsP99,
  );
  new Gauge({
    ...{ name: 'believe_bridge_halt', help: '1 for every reason that halts trading', registers: [registry] },
    labelNames: ['code'],
    collect() {
      this.reset();
      for (const code of Object.keys(current().halts)) this.set({ code }, 1);
    },
  });
  return registry;
}
