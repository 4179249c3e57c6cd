import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { capturedBars } from '../../research/ingest/captured-bars.js';
import { chooseDays } from '../../research/ingest/captured-days.js';
import { type DayRecord, DayRecords } from '../../research/ingest/day-record.js';
import { incompleteDays } from '../../research/ingest/incomplete-days.js';
import { ingestDay } from '../../research/ingest/ingest-day.js';
import { proveShard } from '../../research/ingest/prove-shard.js';
import { MarketStore } from '../../research/store/market-store.js';
import { readDepthEvents } from '../../research/store/read-depth.js';
import { batchFileName } from '../../shared/contract/batch-stream.js';
import { Failure } from '../../shared/failure.js';
import type { EventBatch } from '../../shared/market/events/event-batch.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { temporaryFolder } from '../release/release-fixture.js';
import { BROKER } from './batches.js';
import { CAPTURE, DATE, RECEIPT_ROOT } from './broker-rig.js';
import { Road } from './road.js';

const INSTRUMENT = 'ESM5';
const NEXT = '2025-06-03';

describe('captured days in the store', () => {
  const folder = temporaryFolder();
  let road: Road;
  let store: MarketStore;
  beforeEach(() => {
    road = new Road(path.join(folder(), 'road'));
    store = new MarketStore(path.join(folder(), 'store'));
  });
  const of = (tradeDate = DATE) => ({
    ...{ instrument: INSTRUMENT, tradeDate, broker: BROKER, epoch: 1, store },
    ...{ receiverFolder: road.options().folder, root: RECEIPT_ROOT, formerRoots: [] },
  });
  const capture = async (dates: readonly string[], closes: readonly string[] = dates) => {
    for (const date of dates) for (const number of [1, 2]) road.rig.segment(number, 60, { date });
    await road.rig.sealing(async (sealer) => {
      await sealer.sealAll();
      for (const date of closes) sealer.closeDay(CAPTURE, date);
    });
    road.send();
    assert.deepEqual((await road.receive()).setAside, []);
  };
  const failsAs = (type: string) => (error: unknown) => error instanceof Failure && error.type === type;
  const segment = (number: number, date = DATE) =>
    road.rig.path('capture', `dom_ib-${INSTRUMENT}-${date}-${number}.jsonl`);
  const prove = async (shard: string) => {
    const { root, formerRoots, receiverFolder } = of();
    return await proveShard({ store, root, formerRoots, receiverFolder, shard });
  };

  it('come in each, also where three weeks of them were sealed at once', async () => {
    const dates = Array.from({ length: 15 }, (_, day) => `2025-06-${String(day + 2).padStart(2, '0')}`);
    await capture(dates);
    for (const date of dates) assert.equal((await ingestDay(of(date))).events, 2 * 60, date);
  });

  it('are the events that were captured, all of them and once, whatever is repeated', async () => {
    await capture([DATE, NEXT]);
    const first = await ingestDay(of());
    const objects = store.catalogue.imports();
    assert.deepEqual(await ingestDay(of()), first);
    assert.deepEqual(store.catalogue.imports(), objects);
    const wanted = [...(await eventsOf(segment(1))), ...(await eventsOf(segment(2)))];
    assert.equal(first.events, wanted.length);
    const stored: string[] = [];
    for await (const batch of readDepthEvents(store, { instrument: INSTRUMENT, tradeDate: DATE }))
      for (let i = 0; i < batch.length; i++) stored.push(eventText(batch, i));
    assert.deepEqual(stored, wanted);
    const [day] = new DayRecords(store.root).all();
    assert.deepEqual([day!.tradeDate, day!.batches.length, day!.synthetic], [DATE, 2, false]);
  });

  it('are not complete before the broker has closed them, and are named until then', async () => {
    await capture([DATE, NEXT], [DATE]);
    await assert.rejects(ingestDay(of(NEXT)), failsAs('DayNotClosed'));
    await ingestDay(of());
    const records = new DayRecords(store.root).all();
    assert.deepEqual(incompleteDays(of().receiverFolder, records), [
      {
        source: 'dom_ib',
        instrument: INSTRUMENT,
        tradeDate: NEXT,
        isClosed: false,
        why: 'not closed: more of it may be on its way',
      },
    ]);
    await road.rig.sealing(async (sealer) => sealer.closeDay(CAPTURE, NEXT));
    road.send();
    await road.receive();
    await ingestDay(of(NEXT));
    assert.equal(new DayRecords(store.root).all().length, 2);
  });

  it('are refused where a received batch has changed since', async () => {
    await capture([DATE]);
    const folderOf = road.places.batches({ stream: CAPTURE, epoch: 1 });
    const data = path.join(folderOf, batchFileName({ stream: CAPTURE, epoch: 1, seq: 1 }, 1));
    const bytes = readFileSync(data);
    writeFileSync(data, zstdCompressSync(Buffer.from(readFileSync(segment(2)))));
    await assert.rejects(ingestDay(of()), failsAs('BatchChanged'));
    writeFileSync(data, bytes);
    const envelope = path.join(folderOf, readdirSync(folderOf).find((name) => name.endsWith('1.dsse.json'))!);
    const signed = readFileSync(envelope);
    writeFileSync(envelope, readFileSync(envelope.replace('1.dsse', '2.dsse')));
    await assert.rejects(ingestDay(of()), failsAs('BatchChanged'));
    rmSync(envelope);
    await assert.rejects(ingestDay(of()), failsAs('BatchChanged'));
    writeFileSync(envelope, signed);
    await ingestDay(of());
    assert.deepEqual(
      new DayRecords(store.root).all().map(({ tradeDate }) => tradeDate),
      [DATE],
    );
  });

  it('can be walked back from each shard to the signature, and a broken link is named', async () => {
    await capture([DATE]);
    await ingestDay(of());
    const shards = store.catalogue.imports().flatMap((record) => record.shards);
    for (const { sha256 } of shards) {
      const { proven, links } = await prove(sha256.slice(0, 20));
      assert.ok(proven, JSON.stringify(links));
      assert.deepEqual(
        links.map(({ what }) => what),
        ['object', 'import', 'signature', 'file', 'log'],
      );
    }
    const [shard] = shards;
    const brokenBy = async (file: string, change: (bytes: Buffer) => Buffer) => {
      const bytes = readFileSync(file);
      writeFileSync(file, change(bytes));
      const { links } = await prove(shard!.sha256);
      writeFileSync(file, bytes);
      return links.filter(({ holds }) => !holds).map(({ what }) => what);
    };
    const flip = (bytes: Buffer) => {
      const changed = Buffer.from(bytes);
      changed[changed.length >> 1]! ^= 1;
      return changed;
    };
    const { log, batches } = road.places;
    const stream = { stream: CAPTURE, epoch: 1 };
    const first = (seq: number) =>
      path.join(batches(stream), `capture-dom_ib-${INSTRUMENT}-e0001-000000000${seq}.dsse.json`);
    const record = store.catalogue.imports().find((one) => one.shards.some(({ sha256 }) => sha256 === shard!.sha256));
    const seq = record!.file.includes('-2.jsonl') ? 2 : 1;
    assert.deepEqual(await brokenBy(store.objects.locate(shard!.sha256), flip), ['object']);
    assert.deepEqual(await brokenBy(first(seq), flip), ['signature']);
    assert.deepEqual(await brokenBy(first(seq), () => readFileSync(first(3 - seq))), ['file', 'log']);
    assert.deepEqual(await brokenBy(path.join(log(stream), 'checkpoint'), flip), ['log']);
    await assert.rejects(prove('f'.repeat(64)), failsAs('NoProof'));
  });

  it('give the bars that their trades make, none over two days', async () => {
    await capture([DATE, NEXT]);
    for (const date of [DATE, NEXT]) await ingestDay(of(date));
    const days = new DayRecords(store.root).all().map(({ imports }) => ({
      records: imports.map((key) => store.catalogue.find(key)!),
      tickSize: 0.25,
    }));
    const bars = [];
    for await (const bar of capturedBars(store, days)) bars.push(bar);
    assert.deepEqual(
      bars.map(({ openMs, volume }) => [new Date(openMs).toISOString(), volume]),
      // Every fifth of the 120 events of a day is a trade of one contract.
      [DATE, NEXT].map((date) => [`${date}T14:30:00.000Z`, 24]),
    );
  });

  it('are chosen of one capture, the bridge’s where nobody says whose', () => {
    const record = (source: string, tradeDate: string, events: number) =>
      ({ instrument: 'ESU5', tradeDate, synthetic: false, events, stream: `capture/${source}/ESU5` }) as DayRecord;
    const records = [
      record('dom_ib', '2025-09-01', 10),
      record('sierra', '2025-09-01', 99),
      record('sierra', '2025-09-02', 5),
    ];
    const waiting = [
      { source: 'sierra' as const, instrument: 'ESU5', tradeDate: '2025-09-01', isClosed: false, why: 'waits' },
    ];
    const ask = { product: 'ES', daysMin: 1, days: 5 };
    const chosen = chooseDays(records, waiting, ask);
    assert.deepEqual([chosen.days.map(({ stream }) => stream), chosen.leftOut], [['capture/dom_ib/ESU5'], []]);
    const second = chooseDays(records, waiting, { ...ask, source: 'sierra' });
    assert.deepEqual(
      second.days.map(({ stream, events }) => [stream, events]),
      [
        ['capture/sierra/ESU5', 99],
        ['capture/sierra/ESU5', 5],
      ],
    );
    assert.equal(second.leftOut.length, 1);
  });

  it('are chosen one contract a date, never mixed with generated ones, and every one that is left out is named', () => {
    const day = fc.record({
      instrument: fc.constantFrom('ESU5', 'ESZ5', 'NQZ5'),
      tradeDate: fc.integer({ min: 1, max: 28 }).map((date) => `2025-09-${String(date).padStart(2, '0')}`),
      synthetic: fc.boolean(),
      events: fc.nat(1000),
    });
    const unique = fc.uniqueArray(day, { selector: ({ instrument, tradeDate }) => `${instrument} ${tradeDate}` });
    fc.assert(
      fc.property(unique, fc.integer({ min: 1, max: 10 }), (all, days) => {
        const records = all.map((one) => ({ ...one, stream: `capture/dom_ib/${one.instrument}` }) as DayRecord);
        let chosen: ReturnType<typeof chooseDays>;
        try {
          chosen = chooseDays(records, [], { product: 'ES', daysMin: 1, days });
        } catch (error) {
          const useful = records.filter(({ instrument, events }) => instrument !== 'NQZ5' && events > 0);
          const last = records
            .filter(({ instrument }) => instrument !== 'NQZ5')
            .map(({ tradeDate }) => tradeDate)
            .sort()
            .at(-1);
          const kinds = records.filter(({ instrument, tradeDate }) => instrument !== 'NQZ5' && tradeDate === last);
          assert.ok(failsAs('NoCapturedDays')(error));
          assert.ok(
            useful.every(({ synthetic }) => !kinds.some((one) => one.synthetic === synthetic)) || kinds.length > 1,
          );
          return;
        }
        const dates = chosen.days.map(({ tradeDate }) => tradeDate);
        assert.deepEqual(dates, [...new Set(dates)].sort());
        assert.ok(dates.length <= days);
        assert.equal(new Set(chosen.days.map(({ synthetic }) => synthetic)).size, 1);
        const told = new Set(
          [...chosen.days, ...chosen.leftOut].map(({ instrument, tradeDate }) => `${instrument} ${tradeDate}`),
        );
        for (const { instrument, tradeDate } of records)
          if (instrument !== 'NQZ5' && tradeDate >= dates[0]!) assert.ok(told.has(`${instrument} ${tradeDate}`));
        for (const { tradeDate, instrument, events } of chosen.days)
          for (const other of chosen.days)
            assert.ok(other.tradeDate !== tradeDate || other.instrument === instrument, `${events}`);
      }),
    );
  });

  it('do not come from a segment that was damaged before it was sealed: it is set aside, with file and line', async () => {
    road.rig.segment(1, 20);
    appendFileSync(segment(1), '{"k":"nonsense"}\n');
    await road.rig.sealAll();
    road.send();
    const [aside] = (await road.receive()).setAside;
    assert.equal(aside?.reason, 'schema');
    assert.match(aside!.message, /dom_ib-ESM5-2025-06-02-1\.jsonl/);
  });
});

async function eventsOf(file: string): Promise<string[]> {
  const events: string[] = [];
  for await (const batch of (await openDepthFile(file)).batches())
    for (let i = 0; i < batch.length; i++) events.push(eventText(batch, i));
  return events;
}

function eventText(batch: EventBatch, i: number): string {
  const ns = batch.baseNs + BigInt(batch.tsRecvNs[i]!);
  return [
    ns,
    batch.kind[i],
    batch.side[i],
    batch.position[i],
    batch.operation[i],
    batch.priceTicks[i],
    batch.size[i],
    batch.seq[i],
  ].join(' ');
}
