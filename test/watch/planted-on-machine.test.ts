import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { homePlaces } from '../../shared/config/home-places.js';
import { clockSpecFile, writeClockSpec } from '../../shared/node/clock-spec-file.js';
import { writeHomeConfig } from '../../shared/node/config/home-config.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { trustRoot } from '../../shared/node/trust/trust-store.js';
import { SmallDisk } from '../bridge/small-disk.js';
import { makeRoot, temporaryFolder } from '../release/release-fixture.js';
import { pause } from '../ship/running-stack.js';
import { bridgeStatusAt } from './bridge-status-at.js';
import { Receivers } from './receivers.js';

const WATCHER = fileURLToPath(new URL('../../workers/watcher.js', import.meta.url));
const DAY_MS = 86_400_000;
/** Market times, as hours after the RTH open of a trade date: a whole day, and the half one after Thanksgiving. */
const MARKET = {
  session: { firstTradeDate: '2025-03-03', hours: 4.5 },
  afterHalfDay: { firstTradeDate: '2025-11-28', hours: 4.5 },
};

/** The process itself on a machine of its own, without Temporal: what it tells is told by itself. */
describe('faults of a machine', function () {
  this.timeout(120_000);
  let receivers: Receivers;
  let disk: SmallDisk;
  let watcher: ChildProcess;
  let market: keyof typeof MARKET;
  let lastEventAgeMs: number;
  let beat: NodeJS.Timeout;
  // Before the folder is removed in which the disk lies.
  afterEach(async () => {
    clearInterval(beat);
    watcher.kill('SIGKILL');
    await new Promise((resolve) => (watcher.exitCode === null ? watcher.once('close', resolve) : resolve(null)));
    disk.unmount();
    await receivers.close();
  });
  const folder = temporaryFolder();
  beforeEach(async () => {
    receivers = await Receivers.open();
    mkdirSync(home());
    disk = SmallDisk.mount(home(), 64);
    [market, lastEventAgeMs] = ['session', 100];
    const channelsFile = receivers.channels([{ kind: 'webhook', name: 'hook', url: `${receivers.url}/hook` }]);
    const usual = loadConfig({
      overrides: { home: home(), instrument: { localSymbol: 'ESH5' }, sierra: { follow: false } },
    });
    const quick = { everySeconds: 1, startSeconds: 1, flapSeconds: 1, handOverSeconds: 1, uploadSeconds: 3 };
    const at = { quietFromHour: 0, quietToHour: 0, diskFreeGiB: 0.01, channelsFile };
    writeHomeConfig({ ...usual, watch: { ...usual.watch, ...quick, ...at } });
    trustRoot(places().broker.trust, rootFor(400));
    beat = setInterval(writeStatus, 200);
  });

  const home = () => path.join(folder(), 'home');
  const places = () => homePlaces(home());

  const rootFor = (days: number) => makeRoot({}, { expires: new Date(Date.now() + days * DAY_MS).toISOString() });

  /** A bridge that is well, on a market clock that was set to a moment. */
  function writeStatus(): void {
    const { firstTradeDate, hours } = MARKET[market];
    const window = { beforeOpenSeconds: 1, afterOpenSeconds: 36_000, speed: 1 };
    const startedAtWallMs = Date.now() - hours * 3_600_000;
    try {
      mkdirSync(path.dirname(places().broker.status), { recursive: true });
      writeFileSync(places().broker.status, JSON.stringify(bridgeStatusAt(Date.now(), { lastEventAgeMs })));
      writeClockSpec(clockSpecFile(home()), { kind: 'replay', firstTradeDate, startedAtWallMs, ...window });
    } catch (error) {
      // As a bridge whose disk is full.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  function start(): void {
    writeStatus();
    watcher = spawn(process.execPath, ['--no-warnings', WATCHER, '--home', home(), '--tier', 'broker'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  const told = () => receivers.requests.map(({ body }) => JSON.parse(body) as { kind: string; title: string });
  const titles = (kind: string) => told().flatMap((one) => (one.kind === kind ? [one.title] : []));
  async function until(kind: string, name: string): Promise<void> {
    for (const startMs = performance.now(); !titles(kind).some((title) => title.includes(name)); await pause(100))
      assert.ok(performance.now() - startMs < 60_000, `${name} is not told (${kind}): ${JSON.stringify(told())}`);
  }

  const FAULTS: readonly {
    readonly what: string;
    readonly alarm: string;
    readonly plant: () => void;
    readonly mend: () => void;
  }[] = [
    { what: 'the disk is full', alarm: 'DiskFilling', plant: () => disk.fill(), mend: () => disk.makeRoom() },
    {
      what: 'the root expires in ten days',
      alarm: 'RootExpiring',
      plant: () => plantRoot(10),
      mend: () => plantRoot(400),
    },
    {
      what: 'a batch is withheld',
      alarm: 'UploadStuck',
      plant: () => {
        mkdirSync(places().broker.outbox, { recursive: true });
        writeFileSync(withheld(), '{}');
        utimesSync(withheld(), Date.now() / 1000 - 10, Date.now() / 1000 - 10);
      },
      mend: () => rmSync(withheld()),
    },
    {
      what: 'the feed is silent in session',
      alarm: 'NoEvents',
      plant: () => {
        lastEventAgeMs = 90_000;
      },
      mend: () => {
        lastEventAgeMs = 100;
      },
    },
  ];
  const withheld = () => path.join(places().broker.outbox, 'orders-e0001-0000000001.dsse.json');
  function plantRoot(days: number): void {
    rmSync(places().broker.trust, { recursive: true });
    trustRoot(places().broker.trust, rootFor(days));
  }

  for (const { what, alarm, plant, mend } of FAULTS)
    it(`are told, and their end: ${what}`, async () => {
      start();
      await pause(4000);
      assert.deepEqual(told(), [], 'before anything is planted');
      plant();
      await until('open', alarm);
      mend();
      await until('over', alarm);
      assert.deepEqual(
        titles('open').filter((title) => !title.includes(alarm)),
        [],
        'and nothing else',
      );
    });

  it('are none where the feed is silent after the end of a half-day', async () => {
    [market, lastEventAgeMs] = ['afterHalfDay', 90_000];
    start();
    await pause(8000);
    assert.deepEqual(told(), []);
    market = 'session';
    await until('open', 'NoEvents');
  });
});
