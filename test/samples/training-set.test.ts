import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { buildSamples } from '../../research/samples/build-samples.js';
import { refuseOtherProduct } from '../../research/samples/refuse-other-product.js';
import { openTrainingSet, pinTrainingSet, shardsOf } from '../../research/samples/training-set.js';
import { MarketStore } from '../../research/store/market-store.js';
import { BadInput, Failure } from '../../shared/failure.js';
import { ES_SAMPLE, NQ_BARS } from '../market/sample-file.js';
import { barsSource, depthSource } from './file-sources.js';

const OPTIONS = { feeTicks: 0.2, barTickSize: 0.25 };

describe('a training set', function () {
  this.timeout(60_000);
  let folder: string;
  let store: MarketStore;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'believe-training-set-'));
    store = new MarketStore(path.join(folder, 'store'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives the samples of the files that were brought into the store, to the bit', async () => {
    const set = await pinTrainingSet(store, { depth: [ES_SAMPLE], bars: [NQ_BARS] });
    const stored = await buildSamples(await openTrainingSet(store, set), OPTIONS);
    const read = { depth: [await depthSource(ES_SAMPLE)], bars: [await barsSource(NQ_BARS)] };
    const { samples, report } = await buildSamples(read, OPTIONS);
    assert.deepEqual([report.events, report.bars], [21_415, 57_897]);
    assert.deepEqual(stored.report, report);
    assert.deepEqual(stored.samples, samples);
  });

  it('is the same for the same files, and names every object by its hash', async () => {
    const files = { depth: [ES_SAMPLE], bars: [NQ_BARS] };
    const set = await pinTrainingSet(store, files);
    assert.deepEqual(await pinTrainingSet(store, files), set);
    assert.deepEqual(
      (await pinTrainingSet(new MarketStore(path.join(folder, 'other')), files)).merkleRoot,
      set.merkleRoot,
    );
    for (const { sha256 } of shardsOf(set)) assert.equal((await store.objects.check(sha256))?.sha256, sha256);
  });

  it('stays what it is when a file changes after it was pinned', async () => {
    const file = path.join(folder, 'dom_ib.jsonl.gz');
    copyFileSync(ES_SAMPLE, file);
    const set = await pinTrainingSet(store, { depth: [file], bars: [] });
    writeFileSync(file, 'something else');
    const { report } = await buildSamples(await openTrainingSet(store, set), OPTIONS);
    assert.equal(report.events, 21_415);
  });

  it('is refused where its book is not of the product that the ship is for, or has another price step', async () => {
    const set = await pinTrainingSet(store, { depth: [ES_SAMPLE], bars: [NQ_BARS] });
    refuseOtherProduct(set, { instrument: 'ESZ25', tickSize: 0.25 });
    const isOther = (error: unknown) => error instanceof Failure && error.type === 'OtherProduct';
    for (const plan of [
      { instrument: 'NQZ5', tickSize: 0.25 },
      { instrument: 'MESU9', tickSize: 0.25 },
      { instrument: 'ESU9', tickSize: 0.1 },
    ])
      assert.throws(() => refuseOtherProduct(set, plan), isOther);
  });

  it('is refused when one of its objects is damaged or gone', async () => {
    const set = await pinTrainingSet(store, { depth: [ES_SAMPLE], bars: [] });
    const object = store.objects.locate(shardsOf(set)[0]!.sha256);
    const bytes = readFileSync(object);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(object, bytes);
    const isDamaged = (word: string) => (error: unknown) =>
      error instanceof Failure &&
      error.type === 'TrainingSetDamaged' &&
      error.message === `the object ${object} is ${word}`;
    await assert.rejects(openTrainingSet(store, set), isDamaged('damaged'));
    rmSync(object);
    await assert.rejects(openTrainingSet(store, set), isDamaged('missing'));
  });

  it('leaves out a row here and there that cannot be used, says how many, and refuses a file that is mostly such rows', async () => {
    const lines = gunzipSync(readFileSync(NQ_BARS)).toString('utf8').split('\n').slice(0, 2001);
    const write = (name: string, bad: readonly number[]) => {
      const file = path.join(folder, name);
      writeFileSync(file, lines.map((line, i) => (bad.includes(i) ? 'no bar at all' : line)).join('\n'));
      return file;
    };
    const set = await pinTrainingSet(store, { depth: [], bars: [write('NQ-5m-a.csv', [700, 1400])] });
    assert.deepEqual(
      set.series.map(({ rejected }) => rejected),
      [2],
    );
    const mostly = write(
      'NQ-5m-b.csv',
      Array.from({ length: 60 }, (_, i) => 100 + 3 * i),
    );
    await assert.rejects(
      pinTrainingSet(store, { depth: [], bars: [mostly] }),
      /NQ-5m-b\.csv \(line 101\): has 1 fields instead of 6; 60 of its rows cannot be used/,
    );
  });

  it('says which file holds no book, or no bars', async () => {
    await assert.rejects(pinTrainingSet(store, { depth: [NQ_BARS], bars: [] }), (error) => {
      assert.ok(error instanceof BadInput);
      assert.match(error.message, /NQ-5m.* holds no book by position but bars\.csv/);
      return true;
    });
    await assert.rejects(pinTrainingSet(store, { depth: [], bars: [ES_SAMPLE] }), /ESU9.* holds no bars/);
  });
});
