import type { Severity, Tier } from '../shared/alarm/alarm.js';
import type { WatchConfig } from '../shared/config/watch.js';
import { ALARM_NAMES } from '../shared/contract/alarm-line.js';
import { RECEIVER_ALARMS } from '../shared/contract/receiver-status.js';

/** One thing that must happen, and by when. */
export interface Watchdog {
  readonly name: string;
  readonly tiers: readonly Tier[];
  readonly severity: Severity;
  /** What the alarm says. */
  readonly meaning: string;
  readonly limit: (config: WatchConfig) => string;
  /** What to do, as docs/alarms.md says it. */
  readonly runbook: string;
  /** Alarms that explain this one: while one of them is open, this is shown and not told. */
  readonly explainedBy?: readonly string[];
}

const BOTH = ['broker', 'research'] as const;
const BROKER = ['broker'] as const;
const RESEARCH = ['research'] as const;

/** Everything that has to happen, in one list: watchers, documents and Prometheus rules are made from it. */
export const WATCHDOGS: readonly Watchdog[] = [
  {
    ...{ name: 'BridgeSilent', tiers: BROKER, severity: 'page' },
    meaning: 'the bridge has not written its status: it is dead, hung, or cannot write',
    limit: ({ bridgeSilentSeconds }) => `status older than ${bridgeSilentSeconds} s`,
    runbook:
      'look at the bridge’s log and start its service; compare orders and position with TWS before anything else',
  },
  {
    ...{ name: 'GatewayNotReady', tiers: BROKER, severity: 'page' },
    meaning: 'the bridge has no ready connection to IB Gateway while Globex is open',
    limit: ({ connectionSeconds }) => `${connectionSeconds} s without one in Globex hours`,
    runbook: 'log in to IB Gateway; its nightly restart takes two minutes, what is longer needs a person',
    explainedBy: ['BridgeSilent', 'GatewayDown', 'ClientIdInUse', 'WrongAccount'],
  },
  {
    ...{ name: 'NoEvents', tiers: BROKER, severity: 'page' },
    meaning: 'no market event reaches the bridge in regular hours',
    limit: ({ feedSilentSeconds }) => `${feedSilentSeconds} market seconds without one`,
    runbook: 'compare with the exchange’s status page; check the market data subscription in TWS',
    explainedBy: ['BridgeSilent', 'GatewayNotReady', 'GatewayDown', 'FeedSilent', 'MarketDataRefused'],
  },
  {
    ...{ name: 'BridgeAlarm', tiers: BROKER, severity: 'page' },
    meaning: 'the bridge itself calls for a person; the alarm has the name that the bridge gives it (docs/bridge.md)',
    limit: () => 'any of its own',
    runbook: 'docs/bridge.md says of each what it means and what to do',
    explainedBy: ['BridgeSilent'],
  },
  {
    ...{ name: 'SecondCaptureDown', tiers: BROKER, severity: 'warn' },
    meaning:
      'nothing of Sierra Chart is captured: its follower is away, cannot read its files, or they have stopped growing',
    limit: ({ feedSilentSeconds }) =>
      `follower silent for 30 s, or ${feedSilentSeconds} market seconds in regular hours without an event`,
    runbook: '`believe sierra status`; is Sierra Chart connected, and its chart open? docs/sierra.md',
  },
  {
    ...{ name: 'UploadStuck', tiers: BROKER, severity: 'warn' },
    meaning: 'research does not acknowledge what was sealed: it is away, stands still, or the road is cut',
    limit: ({ uploadSeconds }) => `a batch that waits longer than ${uploadSeconds} s`,
    runbook: '`believe path status`, then `believe path test`; nothing is lost, the broker keeps it',
    explainedBy: ['TunnelDown'],
  },
  {
    ...{ name: 'BrokerSilent', tiers: RESEARCH, severity: 'page' },
    meaning: 'nothing has come from the broker, not even the heartbeat of its streams',
    limit: ({ brokerSilentSeconds }) => `newest batch older than ${brokerSilentSeconds} s`,
    runbook: 'is the broker machine on? Is its worker polling? `believe path status` on both sides',
    explainedBy: ['TemporalDown', 'TunnelDown', 'QueueUnpolled', 'ReceiverSilent', 'ReceiverStopped'],
  },
  {
    ...{ name: 'ClocksApart', tiers: RESEARCH, severity: 'warn' },
    meaning: 'what the broker has just sealed bears a time of the future: the tiers’ clocks are apart',
    limit: ({ clockSeconds }) => `more than ${clockSeconds} s`,
    runbook: 'check time synchronisation on both machines (chrony, w32time)',
  },
  {
    ...{ name: 'ReceiverSilent', tiers: RESEARCH, severity: 'page' },
    meaning: 'the receiver does not run: nothing that the broker sends is taken',
    limit: () => 'status older than 60 s',
    runbook: 'start its service; its log says why it ended',
  },
  {
    ...{ name: 'ReceiverAlarm', tiers: RESEARCH, severity: 'page' },
    meaning: 'the receiver calls for a person; the alarm has the receiver’s name for it (docs/data-path.md)',
    limit: () => 'any of its own',
    runbook: 'docs/data-path.md; `believe path quarantine ls`',
    explainedBy: ['ReceiverSilent'],
  },
  {
    ...{ name: 'CaptureMissing', tiers: RESEARCH, severity: 'warn' },
    meaning: 'a trade date has ended and the store has not all of it',
    limit: ({ captureHours }) => `${captureHours} h after its end`,
    runbook: '`believe capture ls`, then `believe capture run --date DATE`',
    explainedBy: ['BrokerSilent', 'TemporalDown', 'QueueUnpolled', 'SchedulePaused', 'ReceiverSilent'],
  },
  {
    ...{ name: 'MonitorMissing', tiers: RESEARCH, severity: 'warn' },
    meaning: 'a captured trade date was not monitored: nobody knows whether live was replay',
    limit: ({ monitorHours }) => `${monitorHours} h after its end`,
    runbook: '`believe monitor run --date DATE` says what keeps it',
    explainedBy: ['CaptureMissing', 'BrokerSilent', 'TemporalDown', 'QueueUnpolled', 'SchedulePaused'],
  },
  {
    ...{ name: 'MonitorAlarm', tiers: RESEARCH, severity: 'warn' },
    meaning: 'the newest monitored date has findings; the alarm has the name of the finding (docs/monitoring.md)',
    limit: () => 'any of the newest date',
    runbook: '`believe monitor day` shows the report; docs/monitoring.md says what each finding means',
  },
  {
    ...{ name: 'CapturesDisagree', tiers: RESEARCH, severity: 'warn' },
    meaning: 'the two captures of the newest date do not agree: one of them lacks trades, or shows another book',
    limit: () => 'sierra.volumeMatchedMin, bestPricesMin and others of docs/reconcile.md',
    runbook: '`believe capture reconcile --date DATE` shows what and when; train with --trust until it is understood',
  },
  {
    ...{ name: 'TemporalDown', tiers: RESEARCH, severity: 'page' },
    meaning: 'the Temporal server does not answer: no workflow goes on',
    limit: () => 'three looks in a row',
    runbook: 'start its service; workflows go on where they were',
  },
  {
    ...{ name: 'QueueUnpolled', tiers: RESEARCH, severity: 'page' },
    meaning: 'no worker asks for work on a task queue',
    limit: ({ queueSeconds }) => `no poll within ${queueSeconds} s`,
    runbook: 'start the worker that docs/architecture.md names for the queue',
    explainedBy: ['TemporalDown'],
  },
  {
    ...{ name: 'SchedulePaused', tiers: RESEARCH, severity: 'warn' },
    meaning: 'a schedule is paused, by a person or because its last run failed',
    limit: () => 'paused',
    runbook: 'look at its last run in the Web UI; unpause the schedule there when it is mended',
    explainedBy: ['TemporalDown'],
  },
  {
    ...{ name: 'ShipHeld', tiers: RESEARCH, severity: 'warn' },
    meaning: 'a candidate waits for a decision of the operators',
    limit: () => 'held',
    runbook: '`believe ship status ID`, then `believe ship approve` or `reject`',
    explainedBy: ['TemporalDown'],
  },
  {
    ...{ name: 'ShipFailed', tiers: RESEARCH, severity: 'warn' },
    meaning: 'the newest ship has ended without a new model live, and not by a decision',
    limit: () => 'Failed, Refused or RolledBack',
    runbook: 'its page in the Web UI says why; start another one when it is mended',
    explainedBy: ['TemporalDown'],
  },
  {
    ...{ name: 'PublishLate', tiers: RESEARCH, severity: 'warn' },
    meaning: 'nothing was published for long: the public page says that it is stale',
    limit: ({ publishSeconds }) => `last post older than ${publishSeconds} s`,
    runbook: 'the newest `publish/record` in the Web UI says what keeps it; docs/public.md, "What it stops for"',
    explainedBy: ['TemporalDown', 'QueueUnpolled', 'SchedulePaused'],
  },
  {
    ...{ name: 'ReleaseExpiring', tiers: RESEARCH, severity: 'warn' },
    meaning: 'the release that trades expires soon: from then on no bridge that starts loads it',
    limit: ({ releaseExpiryDays }) => `${releaseExpiryDays} days before`,
    runbook: 'find out why no newer one went live: `believe ship status`',
  },
  {
    ...{ name: 'RootExpiring', tiers: BOTH, severity: 'warn' },
    meaning: 'the root of trust expires soon: after that nothing new is accepted',
    limit: ({ rootExpiryDays }) => `${rootExpiryDays} days before`,
    runbook: 'renew it with the offline root keys: `believe keys rotate`, docs/security.md',
  },
  {
    ...{ name: 'CertificateExpiring', tiers: BOTH, severity: 'warn' },
    meaning: 'a certificate for the connection to Temporal expires soon',
    limit: ({ certificateDays }) => `${certificateDays} days before`,
    runbook:
      'renew it where the key of the authority is (`believe certs renew`), bring it here and start its processes again, docs/temporal.md',
  },
  {
    ...{ name: 'DiskFilling', tiers: BOTH, severity: 'page' },
    meaning: 'the disk of the home folder is nearly full, or will be in days',
    limit: ({ diskFreeGiB, diskDaysLeft }) => `less than ${diskFreeGiB} GiB, or full within ${diskDaysLeft} days`,
    runbook: 'free space; `believe store gc` on research; on the broker find out why nothing is acknowledged',
  },
  {
    ...{ name: 'TunnelDown', tiers: BOTH, severity: 'page' },
    meaning: 'the WireGuard tunnel between the tiers has had no handshake',
    limit: ({ handshakeSeconds }) => `${handshakeSeconds} s`,
    runbook: '`wg show`, then the network of the machine; a peer’s key may have been revoked',
  },
  {
    ...{ name: 'BackupLate', tiers: BOTH, severity: 'warn' },
    meaning: 'no backup was written',
    limit: ({ backupHours }) => `newest file older than ${backupHours} h`,
    runbook: 'run it by hand and look at its output',
  },
  {
    ...{ name: 'WatcherSilent', tiers: BOTH, severity: 'page' },
    meaning: 'the watcher of the other tier does not look any more',
    limit: ({ watcherSilentSeconds }) => `its status is older than ${watcherSilentSeconds} s`,
    runbook: 'start its service: until then nobody watches that tier',
    explainedBy: ['BrokerSilent', 'TunnelDown'],
  },
  {
    ...{ name: 'LookFailed', tiers: BOTH, severity: 'page' },
    meaning: 'the watcher cannot look at a part of the machine: nobody knows how it is',
    limit: () => 'a look that ended with an error',
    runbook: 'the detail says what it could not read; mend that, or restore it from a backup',
  },
  {
    ...{ name: 'ChannelFailed', tiers: BOTH, severity: 'warn' },
    meaning: 'an alarm could not be told on a channel; another one has told it',
    limit: () => 'the last attempt failed',
    runbook: '`believe alarm test` says what the channel answers',
  },
];

export type WatchdogName = (typeof WATCHDOGS)[number]['name'];

export function watchdogOf(name: string): Watchdog {
  const known = WATCHDOGS.find((one) => one.name === name);
  if (!known) throw new Error(`there is no watchdog ${name}`);
  return known;
}

/** Names that alarms of other processes bring along, under which watchdog they come. */
const BROUGHT: ReadonlyMap<string, string> = new Map([
  ...ALARM_NAMES.map((name) => [name, 'BridgeAlarm'] as const),
  ...RECEIVER_ALARMS.map((name) => [name, 'ReceiverAlarm'] as const),
]);

/** The watchdog that sees an alarm of this name. */
export function watchdogBehind(alarmName: string): string {
  const brought = BROUGHT.get(alarmName);
  if (brought !== undefined) return brought;
  return WATCHDOGS.some(({ name }) => name === alarmName) ? alarmName : 'MonitorAlarm';
}

/** Alarms that explain one, by its name. */
export function explanationsOf(name: string): readonly string[] {
  return watchdogOf(watchdogBehind(name)).explainedBy ?? [];
}
