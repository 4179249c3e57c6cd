import assert from 'node:assert/strict';
import { mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { archiveName } from '../../backup/archive-name.js';
import { configSchema } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import type { FollowStatus } from '../../shared/contract/follow-status.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';
import { trustRoot } from '../../shared/node/trust/trust-store.js';
import { hoursAt, lookAtBroker } from '../../watch/broker/look-at-broker.js';
import { diskSighting, lookAtMachine, otherWatcher } from '../../watch/look-at-machine.js';
import { lookAtResearch } from '../../watch/research/look-at-research.js';
import { type TemporalSight, temporalSightings } from '../../watch/research/look-at-temporal.js';
import type { Sighting } from '../../watch/sighting.js';
import { makeRoot, temporaryFolder } from '../release/release-fixture.js';
import { bridgeStatusAt } from './bridge-status-at.js';

/** Monday in regular hours, in winter. */
const IN_SESSION = Date.parse('2025-03-03T18:00:00Z');
/** Thanksgiving: Globex is open in the morning, and there are no regular hours. */
const HOLIDAY = Date.parse('2025-11-27T15:00:00Z');
/** The day after: regular hours end at 12:15 Chicago. */
const AFTER_HALF_DAY = Date.parse('2025-11-28T19:30:00Z');
const SATURDAY = Date.parse('2025-03-01T18:00:00Z');

const seen = (sightings: readonly Sighting[], watchdog: string) => sightings.find((one) => one.watchdog === watchdog)!;
const DAY_MS = 86_400_000;
const GIB = 2 ** 30;

describe('what a watcher sees', () => {
  const folder = temporaryFolder();
  const clock = createMarketClock({ kind: 'real' });
  const config = () =>
    configSchema.parse({
      home: folder(),
      clock: { kind: 'real' },
      gateway: { embedded: true },
      instrument: { localSymbol: 'ESH5' },
    });

  function status(nowMs: number, changes: object = {}): void {
    const file = homePlaces(folder()).broker.status;
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(bridgeStatusAt(nowMs, changes)));
  }

  const broker = (nowMs: number, memory = { notReadySinceMs: null as number | null }) =>
    lookAtBroker(config(), clock, memory, nowMs);

  it('is a bridge whose status grows old, and nothing else about it then', () => {
    assert.equal(seen(broker(IN_SESSION), 'BridgeSilent').state, 'alarm', 'there is none at all');
    status(IN_SESSION);
    assert.equal(seen(broker(IN_SESSION + 20_000), 'BridgeSilent').state, 'well');
    const late = broker(IN_SESSION + 40_000);
    assert.equal(seen(late, 'BridgeSilent').state, 'alarm');
    assert.deepEqual(
      ['GatewayNotReady', 'NoEvents', 'BridgeAlarm'].map((name) => seen(late, name).state),
      ['unknown', 'unknown', 'unknown'],
    );
  });

  it('is a feed that is silent in regular hours, and not on a holiday, after a half-day or on a weekend', () => {
    for (const [nowMs, state] of [
      [IN_SESSION, 'alarm'],
      [HOLIDAY, 'well'],
      [AFTER_HALF_DAY, 'well'],
      [SATURDAY, 'well'],
    ] as const) {
      status(nowMs, { lastEventAgeMs: 90_000 });
      assert.equal(seen(broker(nowMs), 'NoEvents').state, state, new Date(nowMs).toISOString());
    }
    const open = Date.parse('2025-03-03T14:30:10Z');
    status(open, { lastEventAgeMs: 3_600_000 });
    assert.equal(seen(broker(open), 'NoEvents').state, 'well', 'ten seconds after the open');
  });

  it('is a gateway that is away for too long while Globex is open', () => {
    const memory = { notReadySinceMs: null as number | null };
    for (const [afterMs, state] of [
      [0, 'well'],
      [60_000, 'well'],
      [121_000, 'alarm'],
    ] as const) {
      status(IN_SESSION + afterMs, { connection: 'connecting' });
      assert.equal(seen(broker(IN_SESSION + afterMs, memory), 'GatewayNotReady').state, state);
    }
    status(SATURDAY, { connection: 'down' });
    assert.equal(seen(broker(SATURDAY, memory), 'GatewayNotReady').state, 'well', 'on a Saturday nobody needs it');
    assert.deepEqual(hoursAt('ESH5', SATURDAY), { isGlobexOpen: false, sinceOpenMs: null });
  });

  it('is each alarm of the bridge by its own name', () => {
    const at = new Date(IN_SESSION).toISOString();
    status(IN_SESSION, { alarms: [{ alarm: 'DailyLoss', since: at, detail: 'lost 5,000 USD' }] });
    assert.deepEqual(
      seen(broker(IN_SESSION), 'BridgeAlarm').conditions.map(({ name, detail }) => [name, detail]),
      [['DailyLoss', 'lost 5,000 USD']],
    );
  });

  it('is a second capture that stands still in regular hours, cannot read, or is away; nothing where there is none', () => {
    const name = 'SecondCaptureDown';
    status(IN_SESSION);
    const look = (nowMs: number, sierra = {}, roll: object | null = null) => {
      const wanted = configSchema.parse({ home: folder(), instrument: { localSymbol: 'ESH5', roll }, sierra });
      return seen(lookAtBroker(wanted, clock, { notReadySinceMs: null }, nowMs), name).state;
    };
    const follower = (nowMs: number, changes: Partial<FollowStatus> = {}) => {
      const at = new Date(nowMs).toISOString();
      const said: FollowStatus = {
        ...{
          v: 1,
          at,
          pid: 1,
          symbol: 'ESH5',
          instrument: 'ESH5',
          dataFolder: 'Data',
          trades: 1,
          changes: 1,
          faults: 0,
        },
        ...{ lastEventAt: at, lastEventTime: at, closedThrough: null, missing: [], problem: null, ...changes },
      };
      mkdirSync(homePlaces(folder()).broker.sierra, { recursive: true });
      writeFileSync(homePlaces(folder()).broker.sierraStatus('ESH5'), JSON.stringify(said));
    };
    assert.deepEqual([look(IN_SESSION, { follow: false }), look(IN_SESSION)], ['off', 'alarm']);
    follower(IN_SESSION);
    assert.deepEqual([look(IN_SESSION + 20_000), look(IN_SESSION + 31_000)], ['well', 'alarm']);
    follower(IN_SESSION, { problem: 'the header is of another layout' });
    assert.equal(look(IN_SESSION), 'alarm');
    follower(IN_SESSION, { lastEventAt: new Date(IN_SESSION - 61_000).toISOString() });
    assert.equal(look(IN_SESSION), 'alarm');
    follower(SATURDAY, { lastEventAt: new Date(SATURDAY - 86_400_000).toISOString() });
    assert.equal(look(SATURDAY), 'well', 'on a Saturday nothing is traded');
    const { sierraStatus, rolls } = homePlaces(folder()).broker;
    renameSync(sierraStatus('ESH5'), sierraStatus('ESM5'));
    assert.equal(look(SATURDAY, {}, {}), 'alarm');
    const roll = {
      ...{ v: 1, kind: 'rolled', at: '2025-02-27T22:00:00Z', marketTime: '2025-02-27T22:00:00Z', configured: 'ESH5' },
      ...{ from: 'ESH5', to: 'ESM5', fromLastTradeDate: '2025-03-21', toLastTradeDate: '2025-06-20' },
      ...{ rollDate: '2025-03-13', firstTradeDate: '2025-02-28', by: 'toy operator', reason: 'early' },
    };
    writeFileSync(rolls, `${JSON.stringify(roll)}\n`);
    assert.equal(look(SATURDAY, {}, {}), 'well', 'the follower goes on with the contract that is traded');
    writeFileSync(rolls, '{}\n');
    assert.equal(look(SATURDAY, {}, {}), 'alarm', 'nobody can say which one is');
  });

  it('is a batch that nobody acknowledges', () => {
    status(IN_SESSION);
    const { outbox } = homePlaces(folder()).broker;
    mkdirSync(outbox, { recursive: true });
    const file = path.join(outbox, 'orders-e0001-0000000001.dsse.json');
    writeFileSync(file, '{}');
    utimesSync(file, IN_SESSION / 1000, IN_SESSION / 1000);
    assert.equal(seen(broker(IN_SESSION + 60_000), 'UploadStuck').state, 'well');
    assert.equal(seen(broker(IN_SESSION + 1_900_000), 'UploadStuck').state, 'alarm');
  });

  it('is a disk that is nearly full, or will be at the pace of the last day', () => {
    const { watch } = config();
    const point = (hours: number, freeGiB: number) => ({
      atMs: IN_SESSION + hours * 3_600_000,
      freeBytes: freeGiB * GIB,
    });
    const at = (hours: number) => IN_SESSION + hours * 3_600_000;
    assert.equal(diskSighting([point(0, 100)], watch, at(0)).state, 'well');
    assert.equal(diskSighting([point(0, 4)], watch, at(0)).state, 'alarm');
    assert.equal(diskSighting([point(0, 100), point(12, 80)], watch, at(12)).state, 'alarm', '40 GiB a day');
    assert.equal(diskSighting([point(0, 100), point(12, 95)], watch, at(12)).state, 'well', '10 GiB a day');
    assert.equal(diskSighting([point(0, 100), point(1, 80)], watch, at(1)).state, 'well', 'an hour is no pace');
  });

  it('is a root, a certificate, a tunnel and a backup that fail, each in words', async () => {
    const trust = path.join(folder(), 'trust');
    const root = makeRoot({}, { expires: new Date(IN_SESSION + 20 * DAY_MS).toISOString() });
    trustRoot(trust, root);
    const backups = path.join(folder(), 'backups');
    mkdirSync(backups);
    const wanted = configSchema.parse({ home: folder(), watch: { backupFolder: backups, wireguard: 'wg-not-there' } });
    const sightings = await lookAtMachine(wanted, trust, [], IN_SESSION);
    assert.match(seen(sightings, 'RootExpiring').seen, /expires in 20 days/);
    assert.equal(seen(sightings, 'RootExpiring').state, 'alarm');
    assert.equal(seen(sightings, 'TunnelDown').state, 'alarm');
    assert.match(seen(sightings, 'BackupLate').seen, /is empty/);
    assert.equal(seen(sightings, 'CertificateExpiring').state, 'off');
    const backup = archiveName('broker', IN_SESSION);
    writeFileSync(path.join(backups, `.${backup}.1.tmp`), '');
    assert.match(seen(await lookAtMachine(wanted, trust, [], IN_SESSION), 'BackupLate').seen, /is empty/);
    writeFileSync(path.join(backups, backup), '');
    utimesSync(path.join(backups, backup), IN_SESSION / 1000 - 3600, IN_SESSION / 1000 - 3600);
    assert.equal(seen(await lookAtMachine(wanted, trust, [], IN_SESSION), 'BackupLate').state, 'well');
    const watcher = { at: new Date(IN_SESSION).toISOString() };
    assert.equal(otherWatcher(watcher, wanted.watch, IN_SESSION + 60_000).state, 'well');
    assert.equal(otherWatcher(watcher, wanted.watch, IN_SESSION + 130_000).state, 'alarm');
  });

  it('is a trade date that is not in the store, or not monitored, hours after its end; none on a weekend', () => {
    const { store, monitor } = homePlaces(folder()).research;
    const days = path.join(store, 'days', 'capture-dom_ib-ESH5');
    mkdirSync(days, { recursive: true });
    mkdirSync(path.join(monitor, 'ESH5'), { recursive: true });
    const report = JSON.stringify({
      tradeDate: '2025-02-27',
      findings: [{ alarm: 'ParityBroken', about: '', sentence: 'one bit', look: 'x' }],
    });
    writeFileSync(path.join(days, '2025-02-27.json'), '{}');
    writeFileSync(path.join(days, '2025-02-28.json'), '{}');
    writeFileSync(path.join(monitor, 'ESH5', '2025-02-27.json'), report);
    const memory = { missingSinceMs: {} };
    const look = (nowMs: number) => lookAtResearch(config(), clock, memory, null, nowMs);
    look(SATURDAY);
    assert.equal(seen(look(SATURDAY + 3_600_000), 'MonitorMissing').state, 'well');
    const later = look(SATURDAY + 8 * 3_600_000);
    assert.deepEqual(
      seen(later, 'MonitorMissing').conditions.map(({ about }) => about),
      ['2025-02-28'],
    );
    assert.equal(seen(later, 'CaptureMissing').state, 'well', 'Friday is there, and Saturday is none');
    assert.deepEqual(
      seen(later, 'MonitorAlarm').conditions.map(({ name, severity }) => [name, severity]),
      [['ParityBroken', 'page']],
    );
    // On Tuesday evening Monday is missing.
    const tuesday = Date.parse('2025-03-04T23:30:00Z');
    look(tuesday);
    assert.deepEqual(
      seen(look(tuesday + 5 * 3_600_000), 'CaptureMissing')
        .conditions.map(({ about }) => about)
        .sort(),
      ['2025-03-03', '2025-03-04'],
    );
  });

  it('is two captures of the newest date that do not agree, each finding in its words', () => {
    const { reconcile } = homePlaces(folder()).research;
    const look = () => {
      const wanted = configSchema.parse({ home: folder(), instrument: { localSymbol: 'ESH5' } });
      return seen(lookAtResearch(wanted, clock, { missingSinceMs: {} }, null, IN_SESSION), 'CapturesDisagree');
    };
    assert.equal(look().state, 'off');
    mkdirSync(path.join(reconcile, 'ESH5'), { recursive: true });
    const report = (date: string, verdict: string, findings: readonly object[]) =>
      writeFileSync(path.join(reconcile, 'ESH5', `${date}.json`), JSON.stringify({ verdict, findings }));
    report('2025-02-27', 'doubtful', [{ kind: 'VolumeDiffers', sentence: 'ib lacks 900 contracts' }]);
    const [condition] = look().conditions;
    assert.deepEqual([condition!.about, condition!.detail], ['VolumeDiffers', '2025-02-27: ib lacks 900 contracts']);
    report('2025-02-28', 'agree', []);
    assert.equal(look().state, 'well', 'what is newer counts');
    report('2025-03-03', 'incomparable', [{ kind: 'FeedMissing', sentence: 'sierra has no trade' }]);
    assert.equal(look().state, 'alarm');
    writeFileSync(path.join(reconcile, 'ESH5', '2025-03-04.json'), '{');
    assert.equal(look().state, 'alarm');
  });

  it('is a page to which nobody posts, and none where nothing is published', () => {
    const look = (nowMs: number, changes: object = {}, memory = { missingSinceMs: {} as Record<string, number> }) =>
      seen(lookAtResearch({ ...config(), ...changes }, clock, memory, null, nowMs), 'PublishLate');
    assert.equal(look(IN_SESSION, { public: { ...config().public, enabled: false } }).state, 'off');
    const memory = { missingSinceMs: {} };
    assert.equal(look(IN_SESSION, {}, memory).state, 'well', 'not yet');
    assert.equal(look(IN_SESSION + 3_700_000, {}, memory).state, 'alarm', 'never');
    const { posted } = homePlaces(folder()).public;
    mkdirSync(path.dirname(posted), { recursive: true });
    writeFileSync(posted, JSON.stringify({ v: 1, lastMs: IN_SESSION }));
    assert.match(look(IN_SESSION + 60_000).seen, /published 60 s ago/);
    assert.equal(look(IN_SESSION + 3_700_000).state, 'alarm');
  });

  it('is a server that does not answer three times, and everything that it says', () => {
    const { watch } = config();
    assert.equal(seen(temporalSightings(null, watch, 2, 'away'), 'TemporalDown').state, 'unknown');
    const down = temporalSightings(null, watch, 3, 'away');
    assert.equal(seen(down, 'TemporalDown').state, 'alarm');
    assert.equal(seen(down, 'ShipHeld').state, 'unknown');
    const sight: TemporalSight = {
      queues: [
        { queue: 'believe-research', polledMsAgo: 120_000 },
        { queue: 'believe-broker', polledMsAgo: 30_000 },
      ],
      schedules: [{ id: 'nightly-retrain', isPaused: true, note: 'its last run failed' }],
      held: [{ workflowId: 'ship/1', since: '2025-03-03T00:00:00Z' }],
      lastShip: { workflowId: 'ship/0', stage: 'RolledBack', closedAt: '2025-03-02T00:00:00Z' },
    };
    const all = temporalSightings(sight, watch, 0, '');
    assert.deepEqual(
      all.flatMap(({ conditions }) => conditions.map(({ name, about }) => `${name} ${about}`)),
      ['QueueUnpolled believe-research', 'SchedulePaused nightly-retrain', 'ShipHeld ship/1', 'ShipFailed '],
    );
  });
});
