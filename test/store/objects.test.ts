import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { importFile } from '../../research/import/import-file.js';
import { ParquetWriter } from '../../research/store/parquet-writer.js';
import { formatHeaderLine, formatTradeLine } from '../../shared/market/events/depth-line.js';
import { REAL_FILES } from '../market/real-files.js';
import { StoreRig } from './store-rig.js';

const FILES = [REAL_FILES.es, REAL_FILES.mbp1, REAL_FILES.gc, REAL_FILES.scid, REAL_FILES.mbo];

describe('the objects of the store', () => {
  const rig = new StoreRig();

  async function hashesOf(files: readonly string[], store = rig.store, threads?: number): Promise<string[]> {
    const parquet = threads === undefined ? null : await ParquetWriter.open(threads);
    for (const file of files)
      if (parquet) await importFile(store, parquet, file);
      else await rig.import(file, {}, store);
    parquet?.close();
    return store.catalogue
      .imports()
      .flatMap(({ shards }) => shards.map(({ sha256 }) => sha256))
      .sort();
  }

  it('are the same bytes for the same input, whatever the order, the number of threads and the process before', async () => {
    const expected = await hashesOf(FILES);
    assert.deepEqual(await hashesOf(FILES.toReversed(), rig.storeNamed('reversed')), expected);
    assert.deepEqual(await hashesOf(FILES, rig.storeNamed('one'), 1), expected);
    assert.deepEqual(await hashesOf(FILES, rig.storeNamed('four'), 4), expected);
  });

  it('are named by the sha256 of their bytes', async () => {
    for (const sha256 of await hashesOf(FILES)) {
      const bytes = readFileSync(rig.store.objects.locate(sha256));
      assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256);
    }
  });

  it('do not change when a file is imported again', async () => {
    const first = await rig.import(REAL_FILES.es);
    const second = await rig.import(REAL_FILES.es);
    assert.deepEqual([first.isNew, second.isNew], [true, false]);
    assert.deepEqual(second.record, first.record);
  });

  it('hold nanoseconds exactly, also where float64 and microseconds cannot', async () => {
    const times = [
      1_567_098_590_754_568_913n,
      1_567_098_590_754_568_914n,
      1_567_098_590_999_999_999n,
      1_567_098_591_000_000_001n,
    ];
    const header = formatHeaderLine({
      kind: 'header',
      v: 1,
      instrument: 'X',
      tickSize: 0.25,
      multiplier: 1,
      levels: 10,
    });
    const file = path.join(rig.folder, 'x.jsonl');
    writeFileSync(file, header + times.map((ns, i) => formatTradeLine(ns, i + 1, 1, 1, null)).join(''));
    await rig.import(file);
    for (const dataset of ['mbp10', 'ticks'] as const) {
      const rows = await rig.rows({ dataset }, 'ts_recv');
      assert.deepEqual(
        rows.map(({ ts_recv }) => ts_recv),
        times,
      );
    }
  });

  it('hold one exchange trade date each, which begins in the evening before', async () => {
    const header = formatHeaderLine({
      kind: 'header',
      v: 1,
      instrument: 'X',
      tickSize: 0.25,
      multiplier: 1,
      levels: 10,
    });
    const file = path.join(rig.folder, 'x.jsonl');
    // 17:00 in Chicago on 2024-07-01 is 22:00 UTC; midnight UTC is in the middle of the session.
    const at = (iso: string) => BigInt(Date.parse(iso)) * 1_000_000n;
    const times = ['2024-07-01T20:59:59Z', '2024-07-01T22:00:00Z', '2024-07-01T23:59:59Z', '2024-07-02T00:00:01Z'].map(
      at,
    );
    writeFileSync(file, header + times.map((ns, i) => formatTradeLine(ns, i + 1, 1, 1, null)).join(''));
    const { record } = await rig.import(file);
    const ticks = record.shards.filter(({ dataset }) => dataset === 'ticks');
    assert.deepEqual(
      ticks.map(({ tradeDate, rows }) => [tradeDate, rows]),
      [
        ['2024-07-01', 1],
        ['2024-07-02', 3],
      ],
    );
  });
});
