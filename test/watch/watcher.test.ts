import assert from 'node:assert/strict';
import path from 'node:path';
import type { Alarm } from '../../shared/alarm/alarm.js';
import { watcherStatus } from '../../shared/alarm/alarm-log.js';
import { watchConfig } from '../../shared/config/watch.js';
import { readJson } from '../../shared/node/files/read-json.js';
import { Deliveries } from '../../watch/deliver.js';
import { lookAtEach } from '../../watch/look-at-each.js';
import { bad, type Sighting, well } from '../../watch/sighting.js';
import type { Silence } from '../../watch/silences.js';
import { Watcher } from '../../watch/watcher.js';
import { Receivers } from './receivers.js';

const NOON = Date.parse('2025-03-03T18:00:00Z');

/** A watcher over time, with Temporal there or away. */
class Rig {
  nowMs = NOON;
  temporal: 'there' | 'away' = 'there';
  /** Whether the workflows tell what they were handed. */
  tells = true;
  readonly handed: { readonly alarm: Alarm; readonly messages: number }[] = [];
  readonly cleared: string[] = [];
  silences: Silence[] = [];
  startSeconds = 1;
  private watcher: Watcher;

  constructor(private readonly receivers: Receivers) {
    this.nowMs -= 10_000;
    this.watcher = this.make();
    this.nowMs = NOON;
  }

  /** As after a kill. */
  restart(): void {
    this.watcher = this.make();
  }

  async look(sightings: readonly Sighting[], seconds = 10): Promise<void> {
    await this.watcher.take(sightings);
    this.nowMs += seconds * 1000;
  }

  status() {
    return readJson(path.join(this.receivers.folder, 'status.json'), watcherStatus)!;
  }

  private make(): Watcher {
    const { folder, url } = this.receivers;
    const channels = this.receivers.channels([{ kind: 'webhook', name: 'hook', url: `${url}/hook` }]);
    const deliveries = new Deliveries(path.join(folder, 'deliveries.jsonl'), channels, () => this.nowMs);
    const requireThere = () => {
      if (this.temporal === 'away') throw new Error('14 UNAVAILABLE');
    };
    return new Watcher({
      ...{
        tier: 'broker',
        config: watchConfig.parse({ startSeconds: this.startSeconds }),
        deliveries,
        log: () => {},
        now: () => this.nowMs,
      },
      places: { state: path.join(folder, 'state.json'), status: path.join(folder, 'status.json') },
      silences: () => this.silences,
      workflows: {
        raise: async (alarm, messages) => {
          requireThere();
          this.handed.push({ alarm, messages });
          if (!this.tells || messages > 0) return;
          await deliveries.deliver(
            {
              ...{ id: `broker/${alarm.name} ${alarm.since} 1`, kind: 'open', severity: 'page', fingerprint: 'x' },
              title: 't',
              text: 'x',
              acknowledgeUrl: null,
            },
            0,
          );
        },
        clear: async (fingerprint) => {
          requireThere();
          this.cleared.push(fingerprint);
        },
      },
    });
  }
}

const SILENT = [bad('BridgeSilent', 'status 40 s old')];
const WELL = [well('BridgeSilent', 'status 1 s old')];

describe('a watcher', () => {
  let receivers: Receivers;
  let rig: Rig;
  beforeEach(async () => {
    receivers = await Receivers.open();
    rig = new Rig(receivers);
  });
  afterEach(() => receivers.close());
  const told = () => receivers.requests.map(({ body }) => (JSON.parse(body) as { title: string }).title);

  it('hands an alarm to its workflow once, and says when it is over', async () => {
    for (let look = 0; look < 5; look++) await rig.look(SILENT);
    assert.deepEqual(
      rig.handed.map(({ alarm, messages }) => [alarm.name, messages]),
      [['BridgeSilent', 0]],
    );
    assert.deepEqual(
      rig.status().open.map(({ fingerprint, isHandedOver }) => [fingerprint, isHandedOver]),
      [['broker/BridgeSilent', true]],
    );
    await rig.look(WELL);
    assert.deepEqual(rig.cleared, ['broker/BridgeSilent']);
    assert.deepEqual(rig.status().open, []);
  });

  it('takes what comes back at once for the alarm that its workflow has, and tells nothing beside it', async () => {
    for (let look = 0; look < 3; look++) await rig.look(SILENT);
    for (let look = 0; look < 3; look++) await rig.look(WELL);
    assert.deepEqual(rig.status().open, []);
    for (let look = 0; look < 20; look++) await rig.look(SILENT);
    assert.equal(rig.handed.length, 2);
    assert.equal(rig.handed[1]!.alarm.since, rig.handed[0]!.alarm.since);
    assert.equal(told().length, 1, 'the workflow has told it, and repeats it');
    for (let look = 0; look < 70; look++) await rig.look(WELL);
    assert.equal(rig.cleared.length, 2);
    await rig.look(SILENT);
    assert.notEqual(rig.handed[2]!.alarm.since, rig.handed[0]!.alarm.since, 'after ten minutes it is another one');
  });

  it('tells by itself while Temporal is away, repeats, and hands over later with what was told', async () => {
    rig.temporal = 'away';
    for (let look = 0; look < 6; look++) await rig.look(SILENT);
    assert.deepEqual(told(), [], 'Temporal may come back within a minute');
    for (let look = 0; look < 31; look++) await rig.look(SILENT);
    assert.deepEqual(told(), ['ALARM: BridgeSilent', 'ALARM: BridgeSilent, told for the 2nd time']);
    rig.temporal = 'there';
    await rig.look(SILENT);
    assert.deepEqual(
      rig.handed.map(({ messages }) => messages),
      [2],
    );
    for (let look = 0; look < 60; look++) await rig.look(SILENT);
    assert.equal(told().length, 2, 'the workflow repeats it from now on');
  });

  it('tells by itself what the workflow has taken and nobody has told', async () => {
    rig.tells = false;
    for (let look = 0; look < 10; look++) await rig.look(SILENT);
    assert.deepEqual(told(), ['ALARM: BridgeSilent']);
  });

  it('goes on after a kill with what was open, and tells nothing twice', async () => {
    rig.temporal = 'away';
    for (let look = 0; look < 8; look++) await rig.look(SILENT);
    assert.equal(told().length, 1);
    rig.restart();
    for (let look = 0; look < 5; look++) await rig.look(SILENT);
    assert.equal(told().length, 1);
    assert.equal(rig.status().open[0]!.since, new Date(NOON).toISOString());
  });

  it('tells that it is over to who was told, with Temporal away from the beginning to the end', async () => {
    rig.temporal = 'away';
    for (let look = 0; look < 8; look++) await rig.look(SILENT);
    for (let look = 0; look < 70; look++) await rig.look(WELL);
    assert.deepEqual(told(), ['ALARM: BridgeSilent', 'over: BridgeSilent']);
    assert.deepEqual(rig.status().open, []);
  });

  it('tells the cause and not what it explains', async () => {
    const all = [...SILENT, bad('GatewayNotReady', 'connecting for 3 min'), bad('DiskFilling', '1.0 GiB free')];
    await rig.look(all);
    assert.deepEqual(rig.handed.map(({ alarm }) => alarm.name).sort(), ['BridgeSilent', 'DiskFilling']);
    const shown = rig.status().open.find(({ name }) => name === 'GatewayNotReady');
    assert.equal(shown?.inhibitedBy, 'BridgeSilent');
    await rig.look([...WELL, bad('GatewayNotReady', 'connecting for 4 min')]);
    await rig.look([...WELL, bad('GatewayNotReady', 'connecting for 4 min')]);
    assert.ok(
      rig.handed.some(({ alarm }) => alarm.name === 'GatewayNotReady'),
      'told once its cause is gone',
    );
  });

  it('tells nothing while everything starts, and what is still so afterwards', async () => {
    rig.startSeconds = 60;
    rig.restart();
    for (let look = 0; look < 5; look++)
      await rig.look([...SILENT, look < 3 ? bad('NoEvents', 'none yet') : well('NoEvents', 'last 1 s ago')]);
    assert.equal(rig.handed.length, 0);
    assert.equal(rig.status().open[0]!.name, 'BridgeSilent', 'it is shown');
    await rig.look(SILENT);
    await rig.look(SILENT);
    assert.deepEqual(
      rig.handed.map(({ alarm }) => alarm.name),
      ['BridgeSilent'],
    );
  });

  it('leaves an alarm open of which nothing can be seen now', async () => {
    await rig.look([bad('NoEvents', 'none for 2 min')]);
    await rig.look([{ watchdog: 'NoEvents', seen: 'the bridge is silent', state: 'unknown', conditions: [] }]);
    await rig.look([]);
    assert.deepEqual(rig.cleared, []);
    assert.equal(rig.status().open.length, 1);
  });

  it('leaves an alarm of the bridge open while the bridge is silent', async () => {
    const conditions = [{ name: 'DailyLoss', about: '', detail: 'lost 5,000 USD' }];
    await rig.look([...WELL, { watchdog: 'BridgeAlarm', seen: '1 open', state: 'alarm', conditions }]);
    await rig.look([...SILENT, { watchdog: 'BridgeAlarm', seen: 'silent', state: 'unknown', conditions: [] }]);
    assert.deepEqual(rig.cleared, []);
    await rig.look([...WELL, well('BridgeAlarm', '0 open')]);
    assert.deepEqual(rig.cleared.sort(), ['broker/BridgeSilent', 'broker/DailyLoss']);
  });

  it('looks at every other part where one cannot be looked at, and says which', async () => {
    const fail = () => Promise.reject(new Error('EACCES: status.json'));
    const sightings = await lookAtEach({ bridge: fail, machine: () => Promise.resolve(WELL) });
    assert.deepEqual(
      sightings.map(({ watchdog, state, conditions }) => [watchdog, state, conditions[0]?.about]),
      [
        ['BridgeSilent', 'well', undefined],
        ['LookFailed', 'alarm', 'bridge'],
      ],
    );
    assert.equal((await lookAtEach({ machine: () => Promise.resolve(WELL) })).at(-1)!.state, 'well');
  });

  it('is silent about what is silenced, and shows it', async () => {
    rig.temporal = 'away';
    const until = new Date(NOON + 600_000).toISOString();
    rig.silences = [
      { id: 's', matching: 'broker/*', by: 'me', reason: 'maintenance', from: new Date(NOON).toISOString(), until },
    ];
    for (let look = 0; look < 30; look++) await rig.look(SILENT);
    assert.deepEqual(told(), []);
    assert.equal(rig.status().open.length, 1);
    for (let look = 0; look < 40; look++) await rig.look(SILENT);
    assert.deepEqual(told(), ['ALARM: BridgeSilent']);
  });
});
