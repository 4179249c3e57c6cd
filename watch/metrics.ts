import type { WatcherStatus } from '../shared/alarm/alarm-log.js';

type Tiers = readonly { readonly tier: string; readonly status: WatcherStatus | null }[];

/** What the watchers see, in the text format of Prometheus. */
export function watchMetrics(tiers: Tiers, nowMs: number): string {
  const lines = [
    '# HELP believe_watchdog_alarm 1 where a watchdog sees an alarm, 0 where all is well; absent where it does not know.',
    '# TYPE believe_watchdog_alarm gauge',
    ...tiers.flatMap(({ tier, status }) =>
      (status?.watchdogs ?? [])
        .filter(({ state }) => state === 'well' || state === 'alarm')
        .map(
          ({ name, state }) => `believe_watchdog_alarm{tier="${tier}",watchdog="${name}"} ${state === 'alarm' ? 1 : 0}`,
        ),
    ),
    '# HELP believe_watcher_age_seconds Since the last look of a watcher.',
    '# TYPE believe_watcher_age_seconds gauge',
    ...tiers.flatMap(({ tier, status }) =>
      status === null
        ? []
        : [`believe_watcher_age_seconds{tier="${tier}"} ${((nowMs - Date.parse(status.at)) / 1000).toFixed(1)}`],
    ),
    '# HELP believe_alarms_open Open alarms.',
    '# TYPE believe_alarms_open gauge',
    ...tiers.flatMap(({ tier, status }) => {
      const open = status?.open ?? [];
      return ['page', 'warn'].map(
        (severity) =>
          `believe_alarms_open{tier="${tier}",severity="${severity}"} ${open.filter((one) => one.severity === severity && one.inhibitedBy === null).length}`,
      );
    }),
  ];
  return `${lines.join('\n')}\n`;
}
