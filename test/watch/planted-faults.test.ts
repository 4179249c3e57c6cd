import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MONITOR_ALARMS } from '../../research/monitor/report.js';
import { connectClient } from '../../temporal/client.js';
import { CAPTURE_SCHEDULE_ID } from '../../temporal/path-schedules.js';
import { pause, SMALL_MARKET } from '../ship/running-stack.js';
import { type Running, TestHome } from '../ship/test-home.js';
import { Receivers } from './receivers.js';

/** Limits of seconds in the place of minutes. BELIEVE_PLANTED_DEFAULTS=1 measures the default ones, and takes a quarter of an hour. */
const AT_DEFAULTS = process.env.BELIEVE_PLANTED_DEFAULTS === '1';
const FAST = {
  BELIEVE_WATCH_EVERY_SECONDS: '1',
  BELIEVE_WATCH_BRIDGE_SILENT_SECONDS: '4',
  BELIEVE_WATCH_CONNECTION_SECONDS: '4',
  BELIEVE_WATCH_WATCHER_SILENT_SECONDS: '8',
  BELIEVE_WATCH_HAND_OVER_SECONDS: '6',
  BELIEVE_WATCH_FLAP_SECONDS: '1',
  BELIEVE_WATCH_START_SECONDS: '20',
};
const SETTINGS = {
  ...(AT_DEFAULTS ? { BELIEVE_WATCH_FLAP_SECONDS: '5' } : FAST),
  BELIEVE_WATCH_ENABLED: 'true',
  BELIEVE_WATCH_PAGE_PORT: '0',
  // Whatever hour the tests run at.
  BELIEVE_WATCH_QUIET_FROM_HOUR: '0',
  BELIEVE_WATCH_QUIET_TO_HOUR: '0',
  BELIEVE_UPLOAD_ENABLED: 'true',
  BELIEVE_UPLOAD_JOURNAL_EVERY_SECONDS: '2',
  BELIEVE_CLOCK_SPEED: '10',
  BELIEVE_CLOCK_BEFORE_OPEN_SECONDS: '40',
  BELIEVE_CLOCK_AFTER_OPEN_SECONDS: '100',
  ...SMALL_MARKET,
};

interface Fault {
  readonly what: string;
  /** The first of these that is told counts. */
  readonly alarms: readonly string[];
  readonly plant: () => Promise<void> | void;
  readonly mend: () => Promise<void> | void;
}

describe('planted faults', function () {
  this.timeout(600_000);
  let home: TestHome;
  let up: Running;
  let receivers: Receivers;
  const measured: string[] = [];

  before(async () => {
    receivers = await Receivers.open();
    home = await TestHome.open(SETTINGS, { gate: { testRowsMin: 20 } });
    mkdirSync(path.join(home.home, 'watch'), { mode: 0o700, recursive: true });
    const channel = { kind: 'webhook', name: 'hook', url: `${receivers.url}/hook` };
    writeFileSync(path.join(home.home, 'watch', 'channels.json'), JSON.stringify({ v: 1, channels: [channel] }));
    up = home.start('up', '--approve', 'small market', '--by', 'test');
    await up.until(/up until Ctrl-C/);
  });
  after(async () => {
    if (AT_DEFAULTS) process.stderr.write(`${measured.join('\n')}\n`);
    await home.close();
    await receivers.close();
  });

  /** What monitored days and the held ship bring is not what is planted. */
  const isOther = (title: string) => [...MONITOR_ALARMS, 'ShipHeld'].some((name) => title.includes(name));
  const told = () =>
    receivers.requests
      .map(({ body }) => JSON.parse(body) as { id: string; kind: string; title: string; fingerprint: string })
      .filter(({ title }) => !isOther(title));
  const signal = (name: string, what: NodeJS.Signals) => () => {
    const pid = home.pidOf(name);
    if (pid !== null) process.kill(pid, what);
  };
  const schedule = async (what: 'pause' | 'unpause') => {
    const client = await connectClient({ address: home.temporalAddress, namespace: 'believe' });
    await client.schedule.getHandle(CAPTURE_SCHEDULE_ID)[what]('planted');
    await client.connection.close();
  };
  const stopped = (what: string, name: string, alarms: readonly string[], more: Partial<Fault> = {}): Fault => ({
    ...{ what, alarms, plant: signal(name, 'SIGSTOP'), mend: signal(name, 'SIGCONT') },
    ...more,
  });

  const FAULTS: readonly Fault[] = [
    stopped('the bridge hangs', 'bridge', ['BridgeSilent', 'BridgeHung']),
    stopped('the gateway hangs', 'gateway', ['GatewayNotReady', 'GatewayDown', 'NoAnswer', 'NoEvents', 'FeedSilent']),
    {
      what: 'a schedule is paused',
      alarms: ['SchedulePaused'],
      plant: () => schedule('pause'),
      mend: () => schedule('unpause'),
    },
    stopped('the watcher of the broker hangs', 'watcher-broker', ['WatcherSilent']),
    stopped('Temporal hangs', 'temporal', ['TemporalDown']),
    stopped('the bridge hangs, and Temporal is killed in the middle', 'bridge', ['BridgeSilent', 'BridgeHung'], {
      plant: async () => {
        const bridgeTold = told().filter(({ kind, title }) => kind === 'open' && title.includes('BridgeSilent')).length;
        signal('bridge', 'SIGSTOP')();
        // Once the first message is on its way: its workflow goes on where the server was.
        await until(
          () =>
            told().filter(({ kind, title }) => kind === 'open' && title.includes('BridgeSilent')).length > bridgeTold,
          'told',
        );
        signal('temporal', 'SIGKILL')();
      },
    }),
    stopped('nobody tells alarms, and the bridge hangs', 'alarms', ['BridgeSilent', 'BridgeHung'], {
      plant: () => {
        signal('alarms', 'SIGSTOP')();
        signal('bridge', 'SIGSTOP')();
      },
      mend: () => {
        signal('bridge', 'SIGCONT')();
        signal('alarms', 'SIGCONT')();
      },
    }),
    ...(AT_DEFAULTS ? [stopped('the research worker hangs', 'research', ['QueueUnpolled'])] : []),
  ];

  it('are none while trade dates turn and the market closes', async () => {
    await pause(AT_DEFAULTS ? 60_000 : 15_000);
    assert.deepEqual(
      told().map(({ title }) => title),
      [],
    );
  });

  for (const { what, alarms, plant, mend } of FAULTS)
    it(`are told: ${what}`, async () => {
      const before = told().length;
      const plantedMs = performance.now();
      await plant();
      const seen = () => told().slice(before);
      const isIt = ({ kind, title }: { kind: string; title: string }) =>
        kind === 'open' && alarms.some((name) => title.includes(name));
      try {
        await until(
          () => seen().some(isIt),
          `none of ${alarms.join(', ')} within minutes; told: ${seen().map(({ title }) => title)}`,
        );
      } finally {
        await mend();
      }
      const seconds = (performance.now() - plantedMs) / 1000;
      const first = seen().find(isIt)!;
      measured.push(`| ${what} | ${first.title} | ${seconds.toFixed(0)} s |`);
      await until(
        () => seen().some(({ kind, fingerprint }) => kind === 'over' && fingerprint === first.fingerprint),
        `${first.fingerprint} is not told to be over`,
      );
      await calm();
    });

  it('have told each message once', () => {
    const ids = told().map(({ id }) => id);
    assert.deepEqual(
      ids.filter((id, at) => ids.indexOf(id) !== at),
      [],
    );
  });

  async function until(done: () => boolean, why: string): Promise<void> {
    for (const startMs = performance.now(); !done(); await pause(100))
      assert.ok(performance.now() - startMs < 300_000, why);
  }

  /** Until nothing is open any more: what a fault has left behind is not counted to the next. */
  async function calm(): Promise<void> {
    const quietMs = AT_DEFAULTS ? 20_000 : 4000;
    let [count, sinceMs] = [told().length, performance.now()];
    await until(
      () => {
        if (told().length !== count) [count, sinceMs] = [told().length, performance.now()];
        const over = new Set(told().flatMap(({ kind, fingerprint }) => (kind === 'over' ? [fingerprint] : [])));
        return told().every(({ fingerprint }) => over.has(fingerprint)) && performance.now() - sinceMs > quietMs;
      },
      `something stays open: ${told().map(({ title }) => title)}`,
    );
  }
});
