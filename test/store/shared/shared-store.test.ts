import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { configAt, s3At } from '../../../bench/shared-store/s3-server.js';
import { importFile } from '../../../research/import/import-file.js';
import { checkObjects } from '../../../research/store/check-objects.js';
import { collectGarbage } from '../../../research/store/collect-garbage.js';
import type { MarketStore } from '../../../research/store/market-store.js';
import { openStore } from '../../../research/store/open-store.js';
import { ParquetWriter } from '../../../research/store/parquet-writer.js';
import { readDepthEvents } from '../../../research/store/read-depth.js';
import { nameTrainingSet } from '../../../research/store/shared/training-sets.js';
import { takeSnapshot } from '../../../research/store/snapshot.js';
import type { Failure } from '../../../shared/failure.js';
import { REAL_FILES } from '../../market/real-files.js';
import { StoreRig } from '../store-rig.js';
import { CuttingProxy } from './cutting-proxy.js';
import { S3Rig } from './s3-rig.js';

const DAY = { instrument: 'ESU9', tradeDate: '2019-08-29' };

describe('a store in a bucket', () => {
  const local = new StoreRig();
  const rig = new S3Rig();
  let parquet: ParquetWriter;
  let proxy: CuttingProxy;
  before(async () => {
    parquet = await ParquetWriter.open();
  });
  after(() => parquet.close());
  beforeEach(async () => {
    proxy = await CuttingProxy.before(rig.server.port);
  });
  afterEach(() => proxy?.end());

  const objectFile = (sha256: string) => rig.server.file(`objects/sha256/${sha256.slice(0, 2)}/${sha256}.parquet`);
  const importing = (store: MarketStore, file: string) => importFile(store, parquet, file);

  async function eventsOf(store: MarketStore): Promise<number> {
    let events = 0;
    for await (const batch of readDepthEvents(store, DAY)) events += batch.length;
    return events;
  }

  it('is the same on every host, object by object what a folder would hold', async () => {
    const { record } = await local.import(REAL_FILES.es);
    const one = await rig.store('one');
    const imported = await importing(one, REAL_FILES.es);
    assert.equal(imported.isNew, true);
    assert.deepEqual(imported.record.shards, record.shards);
    const other = await rig.store('other');
    assert.deepEqual(other.catalogue.imports(), [imported.record]);
    assert.equal(await eventsOf(other), await eventsOf(local.store));
    assert.equal((await importing(other, REAL_FILES.es)).isNew, false);
    for (const { sha256 } of record.shards)
      assert.deepEqual(readFileSync(objectFile(sha256)), readFileSync(local.store.objects.locate(sha256)));
    assert.deepEqual(await checkObjects(other), await checkObjects(local.store));
  });

  it('forgets for everybody, and shows what was pinned and forgotten elsewhere', async () => {
    const one = await rig.store('one');
    const { record } = await importing(one, REAL_FILES.es);
    const { merkleRoot } = await takeSnapshot(one, {});
    const other = await rig.store('other');
    await other.catalogue.forget(record.key);
    const again = await rig.store('one');
    assert.deepEqual(again.catalogue.imports(), []);
    assert.ok(existsSync(path.join(again.snapshotsFolder, `${merkleRoot}.json`)));
  });

  it('keeps what any host names, and collects the rest by the clock of the server', async () => {
    const one = await rig.store('one');
    const { record } = await importing(one, REAL_FILES.es);
    const trades = await importing(one, REAL_FILES.trades);
    await nameTrainingSet(one, '0'.repeat(64), [record.shards[0]!.sha256]);
    for (const { key } of one.catalogue.imports()) await one.catalogue.forget(key);
    const other = await rig.store('other');
    // All of it is young, whatever this host's own clock says.
    assert.equal((await collectGarbage(other, { graceMs: 3_600_000 })).removed, 0);
    for (const { sha256 } of [...record.shards, ...trades.record.shards])
      utimesSync(objectFile(sha256), new Date('2020-01-01'), new Date('2020-01-01'));
    const done = await collectGarbage(other, { graceMs: 3_600_000 });
    assert.deepEqual([done.kept, done.removed], [1, record.shards.length + trades.record.shards.length - 1]);
    assert.ok(existsSync(objectFile(record.shards[0]!.sha256)));
    assert.ok(!existsSync(objectFile(trades.record.shards[0]!.sha256)));
  });

  it('loses nothing that a host names at the very moment when another collects it', async () => {
    const one = await rig.store('one');
    const { record } = await importing(one, REAL_FILES.es);
    await one.catalogue.forget(record.key);
    const other = await rig.store('other');
    const remove = other.objects.remove.bind(other.objects);
    other.objects.remove = async (...asked) => {
      const isRemoved = await remove(...asked);
      await one.catalogue.add(record);
      return isRemoved;
    };
    const done = await collectGarbage(other, { graceMs: 0, nowMs: Number.MAX_SAFE_INTEGER });
    assert.deepEqual([done.removed, done.kept], [0, record.shards.length]);
    assert.equal((await checkObjects(await rig.store('third'))).ok, true);
    // Named after the collector's last look: who names it finds it missing.
    rmSync(objectFile(record.shards[0]!.sha256));
    await one.objects.confirm(record.shards.map(({ sha256 }) => sha256));
    assert.equal((await checkObjects(await rig.store('third'))).ok, true);
  });

  it('refuses wrong bytes by name, fetching them once more, and an import of the file heals them', async () => {
    const one = await rig.store('one');
    const { record } = await importing(one, REAL_FILES.es);
    const [{ sha256 }] = record.shards as [(typeof record.shards)[number]];
    const bytes = readFileSync(objectFile(sha256));
    bytes[bytes.length >> 1]! ^= 4;
    writeFileSync(objectFile(sha256), bytes);
    const other = await rig.store('other');
    await assert.rejects(other.objects.obtain([sha256]), (error: Failure) => {
      return error.type === 'ObjectWrong' && error.message.includes(sha256) && !error.retryable;
    });
    assert.ok(!existsSync(other.objects.locate(sha256)));
    const check = await checkObjects(other);
    assert.deepEqual(
      check.faults.map((fault) => [fault.sha256, fault.fault, fault.namedBy]),
      [[sha256, 'damaged', [`import of ${path.basename(REAL_FILES.es)}`]]],
    );
    await other.catalogue.forget(record.key);
    await importing(other, REAL_FILES.es);
    assert.equal((await checkObjects(await rig.store('third'))).ok, true);
  });

  it('fetches a copy again that this machine has damaged', async () => {
    const one = await rig.store('one');
    const { record } = await importing(one, REAL_FILES.es);
    for (const { sha256 } of record.shards) writeFileSync(one.objects.locate(sha256), 'damaged');
    assert.equal(await eventsOf(await rig.store('one')), 21_415);
  });

  it('says that it is away, can be tried again, and what this machine has is read meanwhile', async () => {
    const config = configAt(rig.home('one'), s3At(rig.endpoint));
    const one = await openStore(config);
    await importing(one, REAL_FILES.es);
    await rig.server.stop();
    const away = (error: Failure) => error.type === 'BucketAway' && error.retryable;
    await assert.rejects(openStore(config), away);
    await assert.rejects(importing(one, REAL_FILES.trades), away);
    const asItWas = await openStore(config, { orAsItWas: true });
    assert.ok(asItWas.shared!.asOfMs! <= Date.now());
    assert.equal(await eventsOf(asItWas), 21_415);
    await rig.server.run();
    await importing(await rig.store('one'), REAL_FILES.trades);
    assert.equal((await rig.store('other')).catalogue.imports().length, 2);
  });

  it('ends plainly where the server is cut off on the way, leaves no part, and completes when it is tried again', async () => {
    const one = await rig.store('one', proxy.endpoint);
    for (const cutAfterBytes of [0, 700, 20_000, 100_000]) {
      proxy.dropAll();
      Object.assign(proxy, { cutAfterBytes, cutsLeft: Number.POSITIVE_INFINITY });
      await assert.rejects(
        importing(one, REAL_FILES.es),
        (error: Failure) => error.type === 'BucketAway',
        `${cutAfterBytes}`,
      );
      const check = await checkObjects(await rig.store('other'));
      assert.deepEqual(check.faults, [], `cut off after ${cutAfterBytes} bytes`);
    }
    assert.deepEqual((await rig.store('other')).catalogue.imports(), []);
    proxy.dropAll();
    // Two of the attempts fail, and the import does not.
    Object.assign(proxy, { cutAfterBytes: 20_000, cutsLeft: 2 });
    assert.equal((await importing(one, REAL_FILES.es)).isNew, true);
    assert.ok(proxy.cuts >= 6);
    // The same on the way back.
    proxy.dropAll();
    Object.assign(proxy, { cutAfterBytes: 50_000, cutsLeft: Number.POSITIVE_INFINITY });
    const names = (await rig.store('other')).catalogue.imports().flatMap(({ shards }) => shards);
    const cut = rig
      .store('cut', proxy.endpoint)
      .then((store) => store.objects.obtain(names.map(({ sha256 }) => sha256)));
    await assert.rejects(cut, (error: Failure) => error.type === 'BucketAway');
    proxy.dropAll();
    proxy.cutAfterBytes = null;
    assert.equal(await eventsOf(await rig.store('cut', proxy.endpoint)), 21_415);
  });

  it('tells keys that are missing or wrong, and a bucket that is not there, from a server that is away', async () => {
    const refused = (fix: RegExp) => (error: Failure) =>
      error.type === 'BucketRefused' &&
      !error.retryable &&
      fix.test(error.fix!) &&
      !error.message.includes('wrong secret');
    await assert.rejects(rig.store('one', rig.endpoint, { bucket: 'no-such' }), refused(/make the bucket/));
    process.env.AWS_SECRET_ACCESS_KEY = 'wrong secret';
    await assert.rejects(rig.store('one'), refused(/check the access key/));
    delete process.env.AWS_SECRET_ACCESS_KEY;
    Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true', HOME: rig.folder, USERPROFILE: rig.folder });
    await assert.rejects(rig.store('one'), refused(/AWS_ACCESS_KEY_ID/));
    // The files of the AWS tools serve as well.
    delete process.env.AWS_ACCESS_KEY_ID;
    const file = path.join(rig.folder, 'credentials');
    process.env.AWS_SHARED_CREDENTIALS_FILE = file;
    writeFileSync(
      file,
      '[default]\naws_access_key_id = believe-test\naws_secret_access_key = a secret of this test alone\n',
    );
    assert.deepEqual((await rig.store('one')).catalogue.imports(), []);
  });

  it('lets no folder be taken for another store', async () => {
    await importing(await rig.store('one'), REAL_FILES.trades);
    const elsewhere = (error: unknown) => (error as Failure).type === 'StoreElsewhere';
    await assert.rejects(openStore(configAt(rig.home('one'), null)), elsewhere);
    await assert.rejects(rig.store('one', rig.endpoint, { prefix: 'another' }), elsewhere);
    const alone = await openStore(configAt(rig.home('alone'), null));
    await importing(alone, REAL_FILES.es);
    await assert.rejects(rig.store('alone'), elsewhere);
    rmSync(rig.home('one'), { recursive: true });
    assert.equal((await rig.store('one')).catalogue.imports().length, 1);
  });
});
