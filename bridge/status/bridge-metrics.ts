import { Gauge, Registry } from 'prom-client';
import type { FullBridgeStatus } from '../../shared/contract/bridge-status.js';
import type { LatencyHistogram } from './latencies.js';

const PREFIX = 'believe_bridge_';

/** The status as Prometheus reads it. Every number is taken from the status when it is asked for: nothing is counted twice. */
export function bridgeMetrics(current: () => FullBridgeStatus): { contentType: string; text(): Promise<string> } {
  const registry = new Registry();
  const gauge = (name: string, help: string, read: (status: FullBridgeStatus) => number | null) =>
    new Gauge({
      ...{ name: PREFIX + name, help, registers: [registry] },
      collect() {
        this.set(read(current()) ?? Number.NaN);
      },
    });
  const gauges = (name: string, label: string, help: string, read: (status: FullBridgeStatus) => [string, number][]) =>
    new Gauge({
      ...{ name: PREFIX + name, help, registers: [registry], labelNames: [label] },
      collect() {
        this.reset();
        for (const [value, number] of read(current())) this.set({ [label]: value }, number);
      },
    });

  gauge('up', '1 while connected to the gateway and reconciled', ({ up }) => Number(up));
  gauge('synthetic', '1 where the market is generated', ({ synthetic }) => Number(synthetic));
  gauge('trading_armed', '1 while orders may be sent', ({ trading }) => Number(trading === 'armed'));
  gauge('model_version', 'version of the release in use, 0 for none', ({ modelVersion }) => modelVersion ?? 0);
  gauges('market_data', 'source', '1 for what is captured: depth, top-of-book or none', ({ marketData }) => [
    [marketData, 1],
  ]);
  gauge('events_total', 'market events captured', ({ eventsSeen }) => eventsSeen);
  gauge('odd_messages_total', 'messages that were no market event', ({ oddMessages }) => oddMessages);
  gauge('last_event_age_ms', 'market time since the last market event', ({ lastEventAgeMs }) => lastEventAgeMs);
  gauge('decisions_total', 'decisions taken', ({ decisions }) => decisions);
  gauge('decision_errors', 'decisions that failed since the last swap', ({ decisionErrors }) => decisionErrors);
  gauge('orders_sent_total', 'orders sent', ({ ordersSent }) => ordersSent);
  gauge('fills_total', 'executions counted', ({ fills }) => fills);
  gauge('last_fill_timestamp_seconds', 'wall time of the last fill, NaN before the first', ({ lastFill }) =>
    lastFill === null ? null : Date.parse(lastFill.wallTime) / 1000,
  );
  gauge('position_contracts', 'signed position', ({ positionContracts }) => positionContracts);
  gauge('pnl_today_usd', 'profit of the trade date, NaN while unknown', ({ pnlTodayUsd }) => pnlTodayUsd);
  gauges('regime', 'regime', '1 for the session phase, volatility and trend of now', ({ regime }) =>
    Object.entries({ session: regime.sessionPhase, volatility: regime.volatility, trend: regime.trend }).map(
      ([name, value]) => [`${name}-${value ?? 'unknown'}`, 1],
    ),
  );
  gauges('limit', 'limit', 'risk limits, by the name of the setting', ({ limits }) =>
    Object.entries(limits).map(([name, { limit }]) => [name, limit]),
  );
  gauges('limit_used', 'limit', 'how much of each limit is used now', ({ limits }) =>
    Object.entries(limits).flatMap(([name, { used }]) => (used === null ? [] : [[name, used]])),
  );
  gauge('messages_waiting', 'messages waiting for the rate limit', ({ queues }) => queues.messagesWaiting);
  gauge('capture_backlog_bytes', 'captured, not yet on disk', ({ queues }) => queues.captureBacklogBytes);
  gauge('journal_lines_waiting', 'journal lines not yet on disk', ({ queues }) => queues.journalLinesWaiting);
  gauge('orders_live', 'orders that may still fill', ({ queues }) => queues.ordersLive);
  gauge('event_loop_delay_ms_p99', 'since the start', ({ eventLoopDelayMsP99 }) => eventLoopDelayMsP99);
  gauges('halt', 'code', '1 for every reason that halts trading', ({ halts }) =>
    Object.keys(halts).map((code) => [code, 1]),
  );
  gauges('alarm', 'alarm', '1 for every alarm that is raised', ({ alarms }) => alarms.map(({ alarm }) => [alarm, 1]));
  return {
    contentType: registry.contentType,
    text: async () => `${await registry.metrics()}\n${histogramText(current().decisionLatency)}`,
  };
}

/** In Prometheus' text format, whose unit of time is the second: the library can only count what it is told one by one. */
function histogramText({ count, sumMs, buckets }: LatencyHistogram): string {
  const name = `${PREFIX}decision_latency_seconds`;
  return [
    `# HELP ${name} from the event that led to a decision to the decision`,
    `# TYPE ${name} histogram`,
    ...buckets.map((bucket) => `${name}_bucket{le="${bucket.leMs / 1000}"} ${bucket.count}`),
    `${name}_bucket{le="+Inf"} ${count}`,
    `${name}_sum ${sumMs / 1000}`,
    `${name}_count ${count}`,
    '',
  ].join('\n');
}
