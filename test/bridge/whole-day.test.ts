import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type ThreeHeads, threeHeads, withEnsemble } from '../../bench/bridge/three-heads.js';
import { generateMarket } from '../../research/generator/generate-market.js';
import { ingestDay } from '../../research/ingest/ingest-day.js';
import { compareWithBridge, type ParityResult } from '../../research/replay/captured-day.js';
import { diffDecisions } from '../../research/replay/diff-decisions.js';
import { MarketStore } from '../../research/store/market-store.js';
import { readDepthEvents } from '../../research/store/read-depth.js';
import { instrumentConfig } from '../../shared/config/market.js';
import { captureStream } from '../../shared/contract/batch-stream.js';
import { type CapturedDay, parseSegmentFile } from '../../shared/contract/capture-file.js';
import { type ClockSpec, createMarketClock } from '../../shared/market/clock/market-clock.js';
import { type EventBatch, EventKind } from '../../shared/market/events/event-batch.js';
import type { DecisionRecord } from '../../shared/model/decision/decision-record.js';
import { encodeFloat32 } from '../../shared/model/heads/golden-rows.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { Road } from '../path/road.js';
import { sha256 } from '../release/release-fixture.js';
import { assertAgreement } from './agreement.js';
import { clockInSession, ES_SAMPLE, jsonLines, Rig } from './rig.js';

/** `BRIDGE_WHOLE_DAY=1` plays the generated day from open to close (two minutes); otherwise its first half hour. */
const IS_WHOLE_DAY = process.env.BRIDGE_WHOLE_DAY === '1';
const GENERATED_MINUTES = IS_WHOLE_DAY ? 390 : 30;
const GENERATED_SPEED = 300;
const GENERATED_DATE = '2019-08-30';

describe('a whole day through simulator, bridge, orders, fills and journal', function () {
  this.timeout(10 * 60_000);
  let heads: ThreeHeads;
  let rig: Rig | undefined;
  const work = mkdtempSync(path.join(os.tmpdir(), 'believe-whole-day-'));
  before(async () => {
    heads = await threeHeads(() => {});
  });
  afterEach(async () => {
    await rig?.end();
    rig = undefined;
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  it('replays to the same decisions, bit for bit, and comes home as it was played, on the real ES sample', async () => {
    // An hour into the session: bars of today are needed too.
    rig = await playDay(clockInSession(20, 3_600_000), ES_SAMPLE, heads.barsFile, 20);
    const compared = await assertSameDecisions(rig, 'ESU9, real');
    assert.ok(compared > 150, `${compared} decisions`);
    const sample = await marketEvents([ES_SAMPLE]);
    assert.equal(sample.filter((event) => event.startsWith('depth')).length, 20_577);
    const captured = await marketEvents(rig.captureFiles().map((file) => path.join(rig!.broker, 'capture', file)));
    assert.deepEqual(captured, sample, 'the capture is the sample, event by event');
    const stored = await storedEvents(rig);
    process.stderr.write(`      played, and in the store: ${digest(sample)}, ${digest(stored)}\n`);
    assert.equal(digest(stored), digest(sample), 'what came home into the store is what was played');
  });

  it('replays to the same decisions, bit for bit, and comes home as it was played, on a generated SYNTHETIC day', async () => {
    const market = await generateMarket({
      ...{ seed: 30, folder: work, instrument: instrumentConfig.parse({ localSymbol: 'ESU9' }), days: 1, barDays: 3 },
      ...{ firstTradeDate: GENERATED_DATE, minutesPerDay: GENERATED_MINUTES, signalStrength: 1, startPrice: 2900 },
    });
    const clock: ClockSpec = {
      ...{ kind: 'replay', firstTradeDate: GENERATED_DATE, speed: GENERATED_SPEED, startedAtWallMs: Date.now() },
      ...{ beforeOpenSeconds: 30, afterOpenSeconds: 24_000 },
    };
    rig = await playDay(clock, market.depthFiles[0]!, market.barsFile, GENERATED_SPEED);
    const what = `SYNTHETIC, ${GENERATED_MINUTES} minutes, ${market.events} events`;
    const compared = await assertSameDecisions(rig, what);
    assert.ok(compared > GENERATED_MINUTES, `${compared} decisions`);
    const played = digest(await marketEvents(market.depthFiles));
    const stored = digest(await storedEvents(rig));
    process.stderr.write(`      played, and in the store: ${played}, ${stored}\n`);
    assert.equal(stored, played);
  });

  it('would name the value in which live and replay differ', async () => {
    const record = (feature: number): DecisionRecord => ({
      ...{ v: 1, kind: 'decision', seq: 7, ts: '1567098590754568913', spreadTicks: 1, edgeTicks: 0.5 },
      ...{ targetContracts: 1, reason: 'enter' },
      outputs: [{ name: 'F2_dom', features: encodeFloat32(Float32Array.of(1, feature)), probabilities: '' }],
    });
    const inputs = await explain(record(0.25), record(0.25 + 2 ** -25));
    assert.match(inputs, /^F2_dom\.microprice_minus_mid: 0\.25 live, 0\.25000002\d* replayed$/);
  });

  /** Plays a tape once, from the first event to the last, with three heads that trade. */
  async function playDay(clock: ClockSpec, data: string, barsFile: string, speed: number): Promise<Rig> {
    const now = createMarketClock(clock).nowMs;
    const day = await Rig.start({
      clock,
      gateway: { data, barsFile, speed, now, loop: false, begin: 'on-subscription' },
      config: {
        bridge: { bootstrapBarDays: 2, segmentMinutesMax: 0.2, orderLifetimeMs: 60_000 },
        risk: { staleDataMs: 600_000, maxPositionContracts: 2, priceCollarTicks: 40 },
      },
    });
    rig = day;
    const eager = withEnsemble(heads, (trained) => ({
      ...trained,
      policy: {
        ...{ entryEdgeTicks: 0.05, exitEdgeTicks: 0.01, feeTicks: 0, spreadShare: 0 },
        ...{ maxSpreadTicks: 50, maxPositionContracts: 2 },
      },
    }));
    day.toys.arm(await day.toys.accept(1, { files: eager }), 0);
    await day.startBridge();
    await day.gateway.tapeEnd;
    const played = day.gateway.market.eventsPlayed;
    await day.until('all seen', ({ eventsSeen }) => eventsSeen >= played);
    await day.quiet();
    await day.stopBridge();
    return day;
  }

  /** @returns how many decisions were compared */
  async function assertSameDecisions(day: Rig, what: string): Promise<number> {
    const ledger = assertAgreement(day);
    const fills = ledger.executions.all().length;
    const orders = ledger.all().length;
    assert.ok(orders > 0 && fills > 0, `${orders} orders, ${fills} fills`);
    const result = await compareWithBridge(day.broker);
    process.stderr.write(
      `      ${what}: ${result.events} events, ${orders} orders, ${fills} fills, ` +
        `${result.compared} decisions compared, different: ${result.different}\n`,
    );
    const { different, onlyLive } = result;
    assert.deepEqual({ different, onlyLive }, { different: 0, onlyLive: 0 }, await explainFirst(result));
    const reported = loggedDecisions(day);
    assert.equal(result.compared, reported.length, 'every decision of the log is compared');
    const names = new Set(reported.flatMap(({ outputs }) => outputs.map(({ name }) => name)));
    assert.deepEqual([...names].sort(), ['F2_dom', 'Tick_ML', 'XGB_5m'], 'all three heads have decided');
    return result.compared;
  }

  async function explainFirst({ firstDifference }: ParityResult): Promise<string> {
    return firstDifference ? explain(firstDifference.live, firstDifference.replayed) : 'no difference';
  }

  /** What `believe replay diff` says of two decisions. */
  async function explain(live: DecisionRecord | null, replayed: DecisionRecord | null): Promise<string> {
    const files = [live, replayed].map((record, i) => {
      const file = path.join(work, `${i}.jsonl`);
      writeFileSync(file, record ? `${JSON.stringify(record)}\n` : '');
      return file;
    });
    const { first } = await diffDecisions(files[0]!, files[1]!);
    return (first?.inputs ?? []).map(({ name, a, b }) => `${name}: ${a} live, ${b} replayed`).join('\n');
  }
});

function loggedDecisions(day: Rig): DecisionRecord[] {
  const journal = path.join(day.broker, 'journal');
  const logs = readdirSync(journal).filter((file) => file.startsWith('decisions-'));
  return logs
    .flatMap((file) => jsonLines(path.join(journal, file)))
    .filter(({ kind }) => kind === 'decision') as unknown as DecisionRecord[];
}

/** Depth operations and trades of files, in their order, without times and numbers. */
async function marketEvents(files: readonly string[]): Promise<string[]> {
  const numberOf = (file: string) => Number(/-(\d+)\.jsonl$/.exec(file)?.[1]);
  const events: string[] = [];
  for (const file of [...files].sort((a, b) => numberOf(a) - numberOf(b)))
    for await (const batch of (await openDepthFile(file)).batches()) events.push(...eventTexts(batch));
  return events;
}

function* eventTexts({ length, kind, operation, side, position, priceTicks, size }: EventBatch): Generator<string> {
  for (let i = 0; i < length; i++) {
    const level = operation[i] === 2 ? '' : `${priceTicks[i]} ${size[i]}`;
    if (kind[i] === EventKind.depth) yield ['depth', operation[i], side[i], position[i], level].join(' ');
    if (kind[i] === EventKind.trade) yield `trade ${priceTicks[i]} ${size[i]}`;
  }
}

/** Seals, sends, receives and ingests what a bridge has captured. @returns the events in the store */
async function storedEvents(rig: Rig): Promise<string[]> {
  const { home } = rig;
  const road = new Road(home);
  const days = new Map<string, CapturedDay>();
  for (const file of rig.captureFiles()) {
    const { instrument, tradeDate } = parseSegmentFile(file)!;
    days.set(`${instrument} ${tradeDate}`, { instrument, tradeDate });
  }
  await road.rig.sealing(async (sealer) => {
    await sealer.sealAll();
    for (const { instrument, tradeDate } of days.values()) sealer.closeDay(captureStream(instrument), tradeDate);
  });
  road.send((name) => name.startsWith('capture-'));
  const { setAside, waiting } = await road.receive();
  assert.deepEqual([setAside, waiting], [[], []]);
  const store = new MarketStore(path.join(home, 'store'));
  const events: string[] = [];
  for (const day of days.values()) {
    const { folder: receiverFolder, root, broker: name, epoch } = road.options();
    await ingestDay({ ...day, store, receiverFolder, root, formerRoots: [], broker: name, epoch });
    for await (const batch of readDepthEvents(store, day)) events.push(...eventTexts(batch));
  }
  return events;
}

function digest(events: readonly string[]): string {
  return `${events.length} events, sha256 ${sha256(events.join('\n'))}`;
}
