import type { WatchConfig } from '../shared/config/watch.js';
import { WATCHDOGS } from './watchdogs.js';

/** A rule file of Prometheus for every watchdog, as JSON, which is YAML too. Limits and calendar are the watchers' own. */
export function prometheusRules(config: WatchConfig): string {
  const rules = WATCHDOGS.map(({ name, severity, meaning, runbook, limit }) => ({
    alert: `Believe${name}`,
    expr: `believe_watchdog_alarm{watchdog="${name}"} == 1`,
    labels: { severity },
    annotations: { summary: `${meaning} ({{ $labels.tier }})`, description: `Limit: ${limit(config)}.`, runbook },
  }));
  const silent = {
    alert: 'BelieveWatcherSilent',
    expr: `believe_watcher_age_seconds > ${config.watcherSilentSeconds} or absent(believe_watcher_age_seconds{tier="research"})`,
    labels: { severity: 'page' },
    annotations: {
      summary: 'a watcher does not look any more, or the monitoring page is not reached',
      description: `Limit: ${config.watcherSilentSeconds} s.`,
      runbook: 'start the watcher’s service, then `believe monitor serve`',
    },
  };
  const known = rules.filter(({ alert }) => alert !== silent.alert);
  return `${JSON.stringify({ groups: [{ name: 'believe', rules: [...known, silent] }] }, null, 2)}\n`;
}

/** Where an open alarm explains another one, Alertmanager keeps the other back, as the watchers do. */
export function inhibitRules(): string {
  const rules = WATCHDOGS.flatMap(({ name, explainedBy }) =>
    (explainedBy ?? [])
      .filter((cause) => WATCHDOGS.some((one) => one.name === cause))
      .map((cause) => ({
        source_matchers: [`alertname="Believe${cause}"`],
        target_matchers: [`alertname="Believe${name}"`],
      })),
  );
  return `${JSON.stringify({ route: { receiver: 'people' }, receivers: [{ name: 'people' }], inhibit_rules: rules }, null, 2)}\n`;
}

/** A dashboard of Grafana: what is open, and every watchdog over time. */
export function grafanaDashboard(): string {
  const datasource = { type: 'prometheus', uid: '$datasource' };
  const panel = (
    id: number,
    title: string,
    type: string,
    expr: string,
    legend: string,
    y: number,
    more: object = {},
  ) => ({
    ...{ id, title, type, datasource, gridPos: { h: 8, w: 24, x: 0, y }, ...more },
    targets: [{ refId: 'A', datasource, expr, legendFormat: legend }],
  });
  const mappings = [
    { type: 'value', options: { 0: { text: 'well', color: 'green' }, 1: { text: 'ALARM', color: 'red' } } },
  ];
  return `${JSON.stringify(
    {
      ...{
        title: 'believe',
        uid: 'believe',
        schemaVersion: 39,
        version: 1,
        refresh: '10s',
        time: { from: 'now-24h', to: 'now' },
      },
      templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus' }] },
      panels: [
        panel(1, 'Open alarms', 'stat', 'sum by (severity) (believe_alarms_open)', '{{severity}}', 0),
        panel(2, 'Watchdogs', 'state-timeline', 'believe_watchdog_alarm', '{{tier}} {{watchdog}}', 8, {
          fieldConfig: { defaults: { mappings, color: { mode: 'thresholds' } }, overrides: [] },
          gridPos: { h: 24, w: 24, x: 0, y: 8 },
        }),
        panel(3, 'Age of the watchers’ last look', 'timeseries', 'believe_watcher_age_seconds', '{{tier}}', 32),
      ],
    },
    null,
    2,
  )}\n`;
}
