import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { type Column, float64, int32, int64, oneOf } from '../../../research/store/column.js';
import { ColumnBlock } from '../../../research/store/column-block.js';
import { columnsOf } from '../../../research/store/datasets.js';
import { openRemote } from '../../../research/store/decoder/decoder-threads.js';
import { Unfamiliar } from '../../../research/store/decoder/page-faults.js';
import { readByDuckdb } from '../../../research/store/decoder/read-by-duckdb.js';
import { ParquetWriter } from '../../../research/store/parquet-writer.js';
import { readColumns } from '../../../research/store/read-columns.js';
import { findShards } from '../../../research/store/shard-query.js';
import { Failure } from '../../../shared/failure.js';
import { REAL_FILES } from '../../market/real-files.js';
import { StoreRig } from '../store-rig.js';
import { decoded, type Value, valuesIn } from './column-rows.js';

const COLUMNS: readonly Column[] = [
  int64('t'),
  int64('few'),
  float64('price'),
  int32('size'),
  oneOf('side', ['A', 'B', 'N']),
];

/** Values as markets have them: runs, few different ones, many different ones, NULLs in between. */
function valuesLike(column: Column): fc.Arbitrary<Value> {
  switch (column.type) {
    case 'int64':
      return column.name === 'few'
        ? fc.constantFrom(-1n, 2n ** 63n - 1n, -(2n ** 63n), 9_007_199_254_740_993n)
        : fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'float64':
      // Not -0: DuckDB's writer takes both zeros for the same value.
      return fc
        .oneof(
          fc.integer({ min: -20, max: 20 }).map((n) => n / 4),
          fc.constantFrom(Infinity, 1e-310),
          fc.double(),
        )
        .map((value) => value + 0);
    case 'int32':
      return fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
    default:
      return fc.integer({ min: 0, max: 2 });
  }
}

/** The values of a column: some made at random, repeated in a pattern that fast-check can make smaller. */
function valuesOf(column: Column, rows: number): fc.Arbitrary<Value[]> {
  const value = fc.oneof({ weight: 5, arbitrary: valuesLike(column) }, { weight: 1, arbitrary: fc.constant(null) });
  const run = fc.record({ value, times: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 400 })) });
  const runs = fc.array(run, { minLength: 1, maxLength: 60 });
  return runs.map((all) => {
    const once = all.flatMap((one) => Array<Value>(one.times).fill(one.value));
    return Array.from({ length: rows }, (_, row) => once[row % once.length]!);
  });
}

const table = fc
  .oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 9000 }))
  .chain((rows) => fc.tuple(...COLUMNS.map((column) => valuesOf(column, rows))));

describe('columns read from objects', () => {
  const rig = new StoreRig(1);
  let writer: ParquetWriter;
  before(async () => {
    writer = await ParquetWriter.open();
  });
  after(() => writer.close());

  async function write(file: string, values: readonly Value[][]): Promise<void> {
    const rows = values[0]!.length;
    const block = new ColumnBlock(COLUMNS, Math.ceil(rows / 64) * 64, Math.ceil(rows / 64) * 64);
    block.rows = rows;
    values.forEach((all, i) => {
      const { name, type } = COLUMNS[i]!;
      all.forEach((value, row) => {
        if (type === 'int64') block.setInt64(name, row, value as bigint | null);
        else block.setFloat64(name, row, value as number | null);
      });
    });
    await writer.write(block, { file, constants: { symbol: 'X' }, metadata: { dataset: 'test' } });
  }

  it('are what was written, by our decoder as by DuckDB: every bit of int64 and float64, and every NULL', async () => {
    const file = path.join(rig.folder, 'any.parquet');
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (values, words) => {
        await write(file, values);
        assert.deepEqual(await valuesIn(decoded(file, COLUMNS, 64 * words)), values);
        assert.deepEqual(await valuesIn(readByDuckdb(file, COLUMNS)), values);
      }),
      { numRuns: 60 },
    );
  });

  it('are 0 where there is a NULL', async () => {
    const file = path.join(rig.folder, 'nulls.parquet');
    const full = [7n, 9n, 0.5, 3, 1];
    const rows = full.map((value) => Array.from({ length: 3000 }, (_, row) => (row % 7 === 3 ? null : value)));
    await write(file, rows);
    for (const chunks of [decoded(file, COLUMNS, 256), readByDuckdb(file, COLUMNS)]) {
      let start = 0;
      for await (const { rows: count, values } of chunks) {
        for (let row = 0; row < count; row++) assert.equal(Number(values[3]![row]), (start + row) % 7 === 3 ? 0 : 3);
        start += count;
      }
      assert.equal(start, 3000);
    }
  });

  it('are those that DuckDB reads, of real files of all kinds, without its help', async () => {
    const { es, mbo, mbp1, ohlcv, scid, sierraDepth, gc, nq, spot } = REAL_FILES;
    for (const file of [es, mbo, mbp1, ohlcv, scid, sierraDepth, gc, nq, spot]) await rig.import(file);
    const shards = findShards(rig.store.catalogue.imports(), {});
    assert.ok(new Set(shards.map(({ dataset }) => dataset)).size >= 3);
    for (const { dataset, instrument, sha256, feed } of shards) {
      const file = rig.store.objects.locate(sha256);
      const shape = {
        sizes: instrument === 'BTCUSDT' ? ('fractional' as const) : ('whole' as const),
        counts: feed.startsWith('databento') || feed.startsWith('sierra'),
      };
      const columns = columnsOf(dataset, shape).filter(({ type }) => type !== 'text');
      assert.deepEqual(await valuesIn(decoded(file, columns, 1024)), await valuesIn(readByDuckdb(file, columns)));
    }
  });

  it('come in the order of the files and their rows, and twice the same', async () => {
    const files = await fourFiles();
    const expected = Array.from({ length: 4 * 5000 }, (_, i) => BigInt(i));
    for (const _ of [1, 2]) assert.deepEqual((await valuesIn(read(files)))[0], expected);
    const both = await Promise.all([valuesIn(read(files)), valuesIn(read([...files].reverse()))]);
    assert.deepEqual(both[0]![0], expected);
    assert.deepEqual(both[1]![0]!.slice(0, 5000), expected.slice(15_000));
  });

  it('can be left alone half-way, and read again', async () => {
    const files = await fourFiles();
    for (let i = 0; i < 20; i++) for await (const { rows } of read(files)) if (rows > 0) break;
    assert.equal((await valuesIn(read(files)))[0]!.length, 20_000);
  });

  it('are read by DuckDB from files that others made: codecs, row groups and encodings that we do not write', async () => {
    const [ours] = await fourFiles();
    const expected = await valuesIn(decoded(ours!, BARS));
    for (const options of [
      'COMPRESSION snappy',
      'COMPRESSION uncompressed',
      'COMPRESSION zstd, ROW_GROUP_SIZE 2048',
      'COMPRESSION zstd, PARQUET_VERSION V2, DICTIONARY_SIZE_LIMIT 0',
    ]) {
      const theirs = path.join(rig.folder, 'theirs.parquet');
      await duckdb(`COPY (SELECT * FROM '${ours}') TO '${theirs}' (FORMAT parquet, ${options})`);
      await assert.rejects(valuesIn(decoded(theirs, BARS)), Unfamiliar, options);
      assert.deepEqual(
        await valuesIn(read([theirs, ours!])),
        expected.map((all) => [...all, ...all]),
        options,
      );
    }
  });

  it('are refused, naming the file and the fix, where there is no such file, column or type, and where a file is cut', async () => {
    const [whole] = await fourFiles();
    const bytes = readFileSync(whole!);
    const cut = path.join(rig.folder, 'cut.parquet');
    const refused = (pattern: RegExp) => (error: Failure) =>
      error instanceof Failure &&
      error.type === 'UnreadableObject' &&
      error.message.includes(error.details.file as string) &&
      pattern.test(error.message) &&
      error.fix!.includes('believe store fsck');
    await assert.rejects(valuesIn(read([path.join(rig.folder, 'none.parquet')])), refused(/ENOENT/));
    await assert.rejects(valuesIn(readColumns([whole!], 'ticks', ['price'])), refused(/price/));
    for (const length of [0, 3, 8, 100, bytes.length - 1000, bytes.length - 8, bytes.length - 1]) {
      writeFileSync(cut, bytes.subarray(0, length));
      await assert.rejects(valuesIn(read([whole!, cut])), refused(/cut\.parquet cannot be read/), `${length} bytes`);
    }
    const fractional = path.join(rig.folder, 'fractional.parquet');
    await duckdb(
      `COPY (SELECT 1.5::DOUBLE AS size, 2::BIGINT AS ts_event) TO '${fractional}' (FORMAT parquet, COMPRESSION zstd)`,
    );
    await assert.rejects(valuesIn(readColumns([fractional], 'ticks', ['size'])), refused(/size is DOUBLE, not int32/));
    await assert.rejects(valuesIn(readColumns([whole!], 'bars', ['symbol'])), RangeError);
  });

  it('of files with a flipped bit are refused where it is noticed, or as many as before, and nothing else happens', async () => {
    const [whole] = await fourFiles();
    const bytes = readFileSync(whole!);
    const flipped = path.join(rig.folder, 'flipped.parquet');
    let refusals = 0;
    for (let i = 0; i < 300; i++) {
      const copy = Uint8Array.from(bytes);
      copy[Math.floor((i * bytes.length) / 300)]! ^= 1 << (i % 8);
      writeFileSync(flipped, copy);
      try {
        assert.equal((await valuesIn(read([flipped])))[0]!.length, 5000);
      } catch (error) {
        assert.ok(error instanceof Failure && error.type === 'UnreadableObject', String(error));
        refusals++;
      }
    }
    assert.ok(refusals >= 10, `${refusals} of 300`);
    assert.equal((await valuesIn(read([whole!])))[0]!.length, 5000);
  });

  it('are read on after a thread has died: who waited for it is told, and the next reader gets another', async () => {
    const [whole] = await fourFiles();
    const noWindow = openRemote(whole!, BARS, 63);
    const died = (error: Failure) => error instanceof Failure && error.type === 'DecoderDied';
    await assert.rejects(noWindow.next(new ArrayBuffer(1000)), died);
    await assert.rejects(noWindow.next(new ArrayBuffer(1000)), died);
    assert.equal((await valuesIn(read([whole!, whole!])))[0]!.length, 10_000);
  });

  const NAMES = ['ts_event', 'open', 'volume'];
  const BARS = NAMES.map((name) => columnsOf('bars').find((column) => column.name === name)!);
  const read = (files: readonly string[]) => readColumns(files, 'bars', NAMES);

  /** Bars numbered through, of a volume that is sometimes NULL. */
  async function fourFiles(): Promise<string[]> {
    const columns = columnsOf('bars');
    const files: string[] = [];
    for (let n = 0; n < 4; n++) {
      const block = new ColumnBlock(columns, 5056, 5056);
      block.rows = 5000;
      for (let row = 0; row < block.rows; row++) {
        block.setInt64('ts_event', row, BigInt(5000 * n + row));
        block.setFloat64('open', row, Math.floor(row / 17) / 4);
        block.setFloat64('volume', row, row % 11 === 0 ? null : (row * 7919) % 13);
      }
      files.push(path.join(rig.folder, `bars-${n}.parquet`));
      await writer.write(block, { file: files[n]!, constants: { symbol: 'X' }, metadata: { dataset: 'test' } });
    }
    return files;
  }
});

async function duckdb(statement: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  try {
    await (await instance.connect()).run(statement);
  } finally {
    instance.closeSync();
  }
}
