import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import parquet from 'parquetjs-lite';
import { exportShards } from '../../research/store/export-shards.js';
import { pythonWith } from '../../setup/python-environment.js';
import { dbnFileOf, dbnTrade } from '../import/write-dbn.js';
import { REAL_FILES } from '../market/real-files.js';
import { rowsOf, StoreRig } from './store-rig.js';

const REQUIREMENTS = fileURLToPath(new URL('./parquet-readers.requirements.txt', import.meta.url));
const READERS = fileURLToPath(new URL('./parquet-readers.py', import.meta.url));

describe('exported files', () => {
  const rig = new StoreRig();

  beforeEach(async () => {
    for (const file of [REAL_FILES.es, REAL_FILES.scid, REAL_FILES.mbp1, REAL_FILES.gc]) await rig.import(file);
  });

  it('are read by pyarrow, polars and DuckDB alike, whatever the codec', async () => {
    const python = await pythonWith(REQUIREMENTS);
    for (const codec of ['snappy', 'zstd'] as const) {
      const files = await exportShards(rig.store, { instrument: 'ESU9' }, path.join(rig.folder, codec), codec);
      const { stdout } = await promisify(execFile)(python, [READERS, ...files.map(({ file }) => file)]);
      const said = JSON.parse(stdout) as Record<string, { rows: number; first: string; last: string; sum: number }>[];
      for (const [index, byReader] of said.entries()) {
        const [own] = await rowsOf(
          [files[index]!.file],
          'count(*)::INTEGER AS "rows", first(ts_recv)::VARCHAR AS "first", last(ts_recv)::VARCHAR AS "last", sum(price) AS "sum"',
        );
        for (const [reader, found] of Object.entries(byReader)) assert.deepEqual(found, own, `${reader}, ${codec}`);
        assert.deepEqual(Object.keys(byReader), ['pyarrow', 'polars', 'duckdb']);
      }
    }
  });

  it('are read by parquetjs-lite where they are snappy, value for value', async () => {
    const files = await exportShards(rig.store, {}, path.join(rig.folder, 'out'), 'snappy');
    assert.deepEqual(
      files.map(({ file }) => path.basename(file)).filter((name) => name.includes('ES')),
      [
        'mbp10-ESU4-2024-07-02-databento-mbp-1.parquet',
        'mbp10-ESU9-2019-08-29-depth.parquet',
        'ticks-ESH23-2023-02-21-sierra-scid.parquet',
        'ticks-ESU4-2024-07-02-databento-mbp-1.parquet',
        'ticks-ESU9-2019-08-29-depth.parquet',
      ],
    );
    for (const { file, rows } of files) {
      const expected = await rowsOf([file]);
      const reader = await parquet.ParquetReader.openFile(file);
      const cursor = reader.getCursor();
      for (const row of expected) assert.deepEqual(withoutNulls(await cursor.next()), withoutNulls(row));
      assert.equal(await cursor.next(), null);
      assert.equal(expected.length, rows);
      await reader.close();
    }
  });

  it('have a name each, whatever their instruments are called, and are written over only where that is asked for', async () => {
    const at = BigInt(Date.parse('2024-05-08T14:00:00Z')) * 1_000_000n;
    const symbols = ['BTC/USD', 'BTC:USD', 'BTC USD'];
    const intervals = symbols.map((symbol, id) => ({ symbol, id, from: 20_240_501, to: 20_240_601 }));
    const trades = symbols.map((_, id) => dbnTrade(id, at, 100 + id, 1));
    await rig.importAs('x.dbn', dbnFileOf(3, 4, intervals, trades));
    const out = path.join(rig.folder, 'out');
    const query = { dataset: 'ticks', from: '2024-05-08', to: '2024-05-08' } as const;
    const files = await exportShards(rig.store, query, out, 'zstd');
    assert.deepEqual(files.map(({ file }) => path.basename(file)).sort(), [
      'ticks-BTC%20USD-2024-05-08-databento-trades.parquet',
      'ticks-BTC%2FUSD-2024-05-08-databento-trades.parquet',
      'ticks-BTC%3AUSD-2024-05-08-databento-trades.parquet',
    ]);
    const prices = await rowsOf(
      files.map(({ file }) => file),
      'symbol, price',
    );
    assert.deepEqual(
      new Map(prices.map(({ symbol, price }) => [symbol, price])),
      new Map(symbols.map((s, i) => [s, 100 + i])),
    );
    await assert.rejects(exportShards(rig.store, query, out, 'zstd'), /is there already/);
    await exportShards(rig.store, query, out, 'zstd', { replace: true });
    await rig.importAs(
      'y.dbn',
      dbnFileOf(3, 4, [{ symbol: 'btc usd', id: 1, from: 20_240_501, to: 20_240_601 }], [dbnTrade(1, at, 1, 1)]),
    );
    await assert.rejects(exportShards(rig.store, query, path.join(rig.folder, 'other'), 'zstd'), /would be one file/);
  });

  it('have a name each that every file system takes, or are all refused before the first is written: any symbols', async () => {
    const at = BigInt(Date.parse('2024-05-08T14:00:00Z')) * 1_000_000n;
    const letters = fc.constantFrom(...'aAbB1 ./\\:*?"<>|%~é日-_');
    const symbol = fc.string({ unit: letters, minLength: 1, maxLength: 6 });
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(symbol, { minLength: 1, maxLength: 5 }), async (symbols) => {
        const store = rig.storeNamed(`any-${runs++}`);
        const out = path.join(rig.folder, `out-${runs}`);
        const intervals = symbols.map((one, id) => ({ symbol: one, id, from: 20_240_501, to: 20_240_601 }));
        const trades = symbols.map((_, id) => dbnTrade(id, at, 100 + id, 1));
        const file = path.join(rig.folder, `${runs}.dbn`);
        writeFileSync(file, dbnFileOf(3, 4, intervals, trades));
        await rig.import(file, {}, store);
        const alike = new Set(symbols.map((one) => one.toLowerCase())).size < symbols.length;
        if (alike) {
          await assert.rejects(exportShards(store, {}, out, 'zstd'), /would be one file/);
          assert.ok(!existsSync(out) || readdirSync(out).length === 0);
          return;
        }
        const files = (await exportShards(store, {}, out, 'zstd')).map((one) => one.file);
        assert.equal(new Set(files.map((one) => one.toLowerCase())).size, symbols.length);
        for (const one of files) {
          assert.equal(path.dirname(one), out);
          assert.match(path.basename(one), /^[A-Za-z0-9%._-]+\.parquet$/);
        }
        const prices = await rowsOf(files, 'symbol, price');
        assert.deepEqual(
          new Map(prices.map((row) => [row.symbol, row.price])),
          new Map(symbols.map((one, i) => [one, 100 + i])),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('are not made where nothing matches', async () => {
    await assert.rejects(
      exportShards(rig.store, { from: '2030-01-01' }, path.join(rig.folder, 'none'), 'zstd'),
      /no shard in the store matches/,
    );
  });
});

function withoutNulls(row: Record<string, unknown> | null): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row ?? {}).filter(([, value]) => value !== null && value !== undefined));
}
