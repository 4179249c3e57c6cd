import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ingestDay } from '../../research/ingest/ingest-day.js';
import { dayParity } from '../../research/monitor/day/day-parity.js';
import { monitorDay } from '../../research/monitor/monitor-day.js';
import { MonitorFolder } from '../../research/monitor/monitor-folder.js';
import { monitorPage } from '../../research/monitor/page/report-page.js';
import { trendPage } from '../../research/monitor/page/trend-page.js';
import { MarketStore } from '../../research/store/market-store.js';
import { parseEnvelope } from '../../shared/trust/dsse.js';
import { envelopeName, tarballName } from '../../shared/trust/statement.js';
import { Rig } from '../bridge/rig.js';
import { BROKER } from '../path/batches.js';
import { RECEIPT_ROOT } from '../path/broker-rig.js';
import { Road } from '../path/road.js';
import { temporaryFolder } from '../release/release-fixture.js';

const DATE = '2019-08-29';
const INSTRUMENT = 'ESU9';
const CAPTURE = `capture/dom_ib/${INSTRUMENT}`;

describe('a monitored day', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  let rig: Rig;

  before(async () => {
    // A real bridge, over TCP, on the real ES sample: it is started anew, and swaps to another release.
    rig = await Rig.start({ config: { bridge: { segmentMinutesMax: 0.02 } } });
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('decisions', ({ decisions }) => decisions > 60);
    await rig.stopBridge();
  });
  after(() => rig.end());

  /** What the bridge wrote, sealed, sent, received and ingested. @param change of the decision log, before it is sealed */
  async function bringHome(name: string, change: (lines: string[]) => string[] = (lines) => lines) {
    const road = new Road(path.join(folder(), name));
    for (const part of ['capture', 'journal'])
      cpSync(path.join(rig.broker, part), road.rig.path(part), { recursive: true });
    const log = road.rig.path('journal', `decisions-${DATE}.jsonl`);
    writeFileSync(log, `${change(readFileSync(log, 'utf8').trimEnd().split('\n')).join('\n')}\n`);
    // The date is over: what still grew is closed.
    for (const file of readdirSync(road.rig.path('capture')).filter((one) => one.endsWith('.open')))
      rmSync(road.rig.path('capture', file));
    road.rig.tradeDate = '2019-08-30';
    await road.rig.sealing(async (sealer) => {
      await sealer.sealAll();
      for (const stream of [CAPTURE, 'decisions', 'orders']) sealer.closeDay(stream, DATE);
    });
    road.send();
    assert.deepEqual((await road.receive()).setAside, []);
    const from = {
      receiverFolder: road.options().folder,
      broker: BROKER,
      epoch: 1,
      root: RECEIPT_ROOT,
      formerRoots: [],
    };
    const store = new MarketStore(path.join(folder(), name, 'store'));
    await ingestDay({ instrument: INSTRUMENT, tradeDate: DATE, store, ...from });
    return { from, store, road };
  }

  const parityOf = async ({ from, store }: Awaited<ReturnType<typeof bringHome>>) =>
    await dayParity({
      ...{ instrument: INSTRUMENT, tradeDate: DATE, store, from, completeDates: [DATE] },
      tarballOf: (version) => path.join(rig.broker, 'releases', tarballName(version)),
    });

  it('has every decision of the bridge in a replay from the store, bit for bit', async () => {
    const { logged, compared, different, onlyLive, versions, first } = await parityOf(await bringHome('same'));
    assert.ok(logged >= 60, `${logged} decisions`);
    assert.deepEqual(
      { compared, different, onlyLive, first },
      { compared: logged, different: 0, onlyLive: 0, first: null },
    );
    assert.deepEqual(versions, [1]);
  });

  it('names the event, the value and both numbers where one bit of one decision is another', async () => {
    let seq = 0;
    const home = await bringHome('flipped', (lines) => {
      const at = lines.findIndex((line) => line.includes('"kind":"decision"') && !line.includes('"outputs":[]')) + 20;
      const decision = JSON.parse(lines[at]!) as { seq: number; outputs: { features: string }[] };
      seq = decision.seq;
      const features = Buffer.from(decision.outputs[0]!.features, 'base64');
      features[0]! ^= 1;
      decision.outputs[0]!.features = features.toString('base64');
      return lines.with(at, JSON.stringify(decision));
    });
    const { different, first } = await parityOf(home);
    assert.equal(different, 1);
    assert.equal(first?.seq, seq);
    assert.equal(first?.inputs.length, 1);
    const [input] = first!.inputs;
    assert.match(input!.name, /^\w+\.\w+/);
    assert.notEqual(input!.live, input!.replayed);
  });

  it('says of a decision that the replay does not make that it is only in the log', async () => {
    const home = await bringHome('added', (lines) => {
      const last = JSON.parse(lines.findLast((line) => line.includes('"kind":"decision"'))!) as { seq: number };
      return [...lines, JSON.stringify({ ...last, seq: last.seq - 1 })];
    });
    const { different, onlyLive } = await parityOf(home);
    assert.deepEqual([different, onlyLive], [0, 1]);
  });

  it('is refused where a kept journal is not what its broker has signed', async () => {
    const home = await bringHome('changed');
    const batches = path.join(home.from.receiverFolder, 'batches', 'decisions-e0001');
    const data = readdirSync(batches).find((name) => name.endsWith('.zst'))!;
    const other = readdirSync(path.join(home.from.receiverFolder, 'batches', 'orders-e0001')).find((name) =>
      name.endsWith('.zst'),
    )!;
    cpSync(path.join(home.from.receiverFolder, 'batches', 'orders-e0001', other), path.join(batches, data));
    await assert.rejects(parityOf(home), { type: 'BatchChanged' });
  });

  it('has a report of all its parts, the same again, and pages of it', async () => {
    const { from, store } = await bringHome('report');
    const releasesFolder = path.join(folder(), 'report', 'releases');
    mkdirSync(releasesFolder, { recursive: true });
    const released = path.join(rig.broker, 'releases');
    cpSync(path.join(released, tarballName(1)), path.join(releasesFolder, tarballName(1)));
    const { payload } = parseEnvelope(readFileSync(path.join(released, envelopeName(1))));
    writeFileSync(path.join(releasesFolder, 'believe-v1.statement.json'), Buffer.from(payload, 'base64'));
    const reports = new MonitorFolder(path.join(folder(), 'report', 'monitor'));
    const look = () =>
      monitorDay({
        ...{ instrument: INSTRUMENT, tradeDate: DATE, store, releasesFolder, reports, from },
        ...{ feeTicks: 0.18, nowMs: Date.UTC(2019, 7, 30) },
      });
    const report = await look();
    assert.equal(report.modelVersion, 1);
    assert.equal(report.cleanDays, 1);
    assert.ok(report.data.events > 1000, JSON.stringify(report.data));
    assert.equal(report.data.gaps, 1, 'the bridge was stopped in regular hours');
    assert.deepEqual(
      report.findings.map(({ alarm }) => alarm).filter((alarm) => alarm !== 'ExecutionWorse'),
      ['CaptureDamaged'],
    );
    assert.ok(report.execution.backtest!.orders >= 0);
    assert.equal(report.execution.live.orders, report.execution.live.orderedContracts, 'one contract an order');
    reports.write(report, monitorPage(report));
    assert.deepEqual(await look(), report);
    assert.deepEqual(reports.read(INSTRUMENT, DATE), report);
    assert.match(monitorPage(report), /1 day/);
    assert.match(trendPage(INSTRUMENT, [report, { ...report, tradeDate: '2019-08-30' }]), /2019-08-30/);
  });
});
