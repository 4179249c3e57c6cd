import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { configAt, s3At } from '../../../bench/shared-store/s3-server.js';
import { importFile } from '../../../research/import/import-file.js';
import { type DayRecord, DayRecords, keepDay } from '../../../research/ingest/day-record.js';
import { doubtfulSpans } from '../../../research/reconcile/doubtful-spans.js';
import { reconcileDay, reportFile } from '../../../research/reconcile/reconcile-day.js';
import { buildSamples } from '../../../research/samples/build-samples.js';
import { openTrainingSet, pinTrainingSet, shardsOf } from '../../../research/samples/training-set.js';
import { checkObjects } from '../../../research/store/check-objects.js';
import { collectGarbage } from '../../../research/store/collect-garbage.js';
import type { MarketStore } from '../../../research/store/market-store.js';
import { FolderObjectStore } from '../../../research/store/object-store.js';
import { openStore } from '../../../research/store/open-store.js';
import { ParquetWriter } from '../../../research/store/parquet-writer.js';
import { Bucket } from '../../../research/store/shared/bucket.js';
import { pullStore } from '../../../research/store/shared/pull-store.js';
import { pushStore } from '../../../research/store/shared/push-store.js';
import { trimCopies } from '../../../research/store/shared/trim-copies.js';
import { takeSnapshot } from '../../../research/store/snapshot.js';
import { captureStream } from '../../../shared/contract/batch-stream.js';
import type { Failure } from '../../../shared/failure.js';
import { REAL_FILES } from '../../market/real-files.js';
import { StoreRig } from '../store-rig.js';
import { S3Rig } from './s3-rig.js';

const DAY = { instrument: 'ESU9', tradeDate: '2019-08-29' } as const;

describe('research hosts that share a bucket', () => {
  const rig = new S3Rig();
  let parquet: ParquetWriter;
  before(async () => {
    parquet = await ParquetWriter.open();
  });
  after(() => parquet.close());
  const importing = (store: MarketStore, file: string) => importFile(store, parquet, file);

  it('make samples of a training set that another has pinned, bit for bit, and collect nothing of it', async () => {
    const one = await rig.store('one');
    const set = await pinTrainingSet(one, { depth: [REAL_FILES.es], bars: [] });
    const other = await rig.store('other');
    const options = { feeTicks: 0.2, barTickSize: 0.25 };
    const here = await buildSamples(await openTrainingSet(other, set), options);
    assert.deepEqual(here, await buildSamples(await openTrainingSet(one, set), options));
    for (const { key } of one.catalogue.imports()) await one.catalogue.forget(key);
    const third = await rig.store('third');
    const collected = await collectGarbage(third, { graceMs: 0, nowMs: Number.MAX_SAFE_INTEGER });
    assert.equal(collected.kept, shardsOf(set).length);
    assert.equal((await buildSamples(await openTrainingSet(third, set), options)).report.events, 21_415);
  });

  it('reconcile a day that another has brought in, and all of them know what is doubtful in it', async () => {
    const one = await rig.store('one');
    await importing(one, REAL_FILES.es);
    const feed = one.catalogue.imports()[0]!.feed;
    const other = await rig.store('other');
    const out = path.join(other.root, 'reconcile');
    const report = await reconcileDay({ store: other, ...DAY, feeds: [feed, 'sierra'], out });
    const again = await rig.store('one');
    assert.equal(doubtfulSpans(again, DAY.instrument, DAY.tradeDate)!.verdict, report.verdict);
    for (const ending of ['json', 'html'] as const)
      assert.deepEqual(
        readFileSync(reportFile(path.join(again.root, 'reconcile'), DAY, ending)),
        readFileSync(reportFile(out, DAY, ending)),
      );
  });

  it('see a day when it is on record, and its newest record', async () => {
    const one = await rig.store('one');
    const day: DayRecord = {
      ...{
        v: 1 as const,
        instrument: 'ESM5',
        tradeDate: '2025-03-03',
        synthetic: true,
        broker: 'broker',
        epoch: 1,
        events: 2,
      },
      ...{ stream: captureStream('ESM5'), closedBy: '0'.repeat(64), batches: [], imports: [] },
      ...{ checkpoint: { origin: 'x', size: 1, note: 'y' }, ingestedAt: new Date(0).toISOString() },
    };
    await keepDay(one.documents, day);
    assert.equal(new DayRecords((await rig.store('other')).root).all()[0]!.events, 2);
    await keepDay(one.documents, { ...day, events: 3 });
    assert.equal(new DayRecords((await rig.store('other')).root).all()[0]!.events, 3);
  });

  it('take over what a store of one machine held, and give it back whole', async () => {
    const s3 = s3At(rig.endpoint);
    const alone = await openStore(configAt(rig.home('alone'), null));
    const { record } = await importing(alone, REAL_FILES.es);
    const { merkleRoot } = await takeSnapshot(alone, {});
    await importing(await rig.store('one'), REAL_FILES.trades);
    const root = alone.root;
    // Of a ship: nothing in the store names what it was trained on any more.
    const trades = await importing(alone, REAL_FILES.scid);
    await alone.catalogue.forget(trades.record.key);
    const ship = [trades.record.shards[0]!.sha256];
    const pushed = await pushStore(root, s3, new Map([['1'.repeat(64), ship]]));
    assert.deepEqual([pushed.objects, pushed.differ], [record.shards.length + 1, []]);
    const there = await rig.store('other');
    assert.equal(there.catalogue.imports().length, 2);
    assert.ok(existsSync(path.join(there.snapshotsFolder, `${merkleRoot}.json`)));
    assert.deepEqual([(await checkObjects(there)).ok, (await checkObjects(there)).unnamed], [true, 0]);
    const shared = await rig.store('alone');
    await pullStore(shared, {}, { leave: true });
    await rig.server.stop();
    const left = await openStore(configAt(rig.home('alone'), null));
    assert.equal(left.catalogue.imports().length, 2);
    assert.equal((await checkObjects(left)).ok, true);
  });

  it('push nothing that is damaged, and the folder stays what it was', async () => {
    const alone = await openStore(configAt(rig.home('alone'), null));
    const { record } = await importing(alone, REAL_FILES.es);
    writeFileSync(alone.objects.locate(record.shards[0]!.sha256), 'damaged');
    await assert.rejects(
      pushStore(alone.root, s3At(rig.endpoint), new Map()),
      (error: Failure) => error.type === 'ObjectWrong' && error.message.includes(record.shards[0]!.sha256),
    );
    assert.equal((await openStore(configAt(rig.home('alone'), null))).catalogue.imports().length, 1);
    assert.deepEqual((await rig.store('one')).catalogue.imports(), []);
  });

  it('keep what is left of a bucket that was wiped', async () => {
    await importing(await rig.store('one'), REAL_FILES.es);
    const bucket = await Bucket.open(s3At(rig.endpoint));
    for await (const { name } of bucket.list('')) await bucket.remove(name);
    await assert.rejects(
      rig.store('one'),
      (error: Failure) => error.type === 'StoreElsewhere' && /is empty/.test(error.message),
    );
    const root = path.join(rig.home('one'), 'research', 'store');
    rmSync(path.join(root, 'bucket.json'));
    assert.equal((await pushStore(root, s3At(rig.endpoint), new Map())).differ.length, 0);
    assert.equal((await checkObjects(await rig.store('other'))).ok, true);
  });

  it('leave names alone that lead out of the folder of copies', async () => {
    for (const name of ['days/%2e%2e/x', 'days/...x/y.json', 'catalogue/x y.json', 'days/.hidden.json']) {
      mkdirSync(path.dirname(rig.server.file(name)), { recursive: true });
      writeFileSync(rig.server.file(name), '{}');
    }
    const one = await rig.store('one');
    assert.ok(!existsSync(path.join(one.root, 'days')) && !existsSync(path.join(one.root, 'catalogue')));
  });
});

describe('copies of objects', () => {
  const rig = new StoreRig();

  it('stay within their bound: those go that nobody asked for the longest, and none that may be in use', async () => {
    for (const file of [REAL_FILES.es, REAL_FILES.mbp1, REAL_FILES.trades]) await rig.import(file);
    const copies = new FolderObjectStore(rig.store.root);
    const all = rig.store.catalogue.imports().flatMap(({ shards }) => shards);
    const sizes = all.map(({ sha256 }) => statSync(copies.locate(sha256)).size);
    assert.equal(await trimCopies(copies, 0), 0);
    all.forEach(({ sha256 }, age) => {
      const then = new Date(Date.now() - (all.length - age) * 86_400_000);
      utimesSync(copies.locate(sha256), then, then);
    });
    const bound = sizes.slice(1).reduce((sum, size) => sum + size, 0);
    assert.equal(await trimCopies(copies, bound), sizes[0]);
    assert.deepEqual(
      all.map(({ sha256 }) => existsSync(copies.locate(sha256))),
      all.map((_, index) => index > 0),
    );
    rmSync(rig.store.root, { recursive: true });
    assert.equal(await trimCopies(copies, 0), 0);
  });
});
