import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { layoutOf, Physical } from '../../../research/store/decoder/object-layout.js';
import { Damage, Unfamiliar } from '../../../research/store/decoder/page-faults.js';
import { readStruct } from '../../../research/store/decoder/thrift.js';
import { findShards } from '../../../research/store/shard-query.js';
import { REAL_FILES } from '../../market/real-files.js';
import { StoreRig } from '../store-rig.js';

describe('the layout of an object', () => {
  const rig = new StoreRig(1);

  async function realObject(): Promise<string> {
    await rig.import(REAL_FILES.es);
    return rig.store.objects.locate(findShards(rig.store.catalogue.imports(), { dataset: 'mbp10' })[0]!.sha256);
  }

  it('is what DuckDB says of the same file: rows, and of every column its type and where its pages lie', async () => {
    const file = await realObject();
    const { footer, endByte } = footerOf(readFileSync(file));
    const { rows, columns } = layoutOf(footer, endByte);
    const found = [...columns].map(([name, { physicalType, startByte, sizeBytes }]) => [
      name,
      rows,
      physicalType,
      startByte,
      sizeBytes,
    ]);
    assert.equal(rows, 21_415);
    assert.deepEqual(found, await duckdbLayout(file));
  });

  it('of damaged bytes is damage, or of another kind of file, and nothing else', async () => {
    const { footer, endByte } = footerOf(readFileSync(await realObject()));
    const place = fc.integer({ min: 0, max: footer.length - 1 });
    fc.assert(
      fc.property(fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 4 }), place, (changes, cut) => {
        const bytes = Uint8Array.from(footer);
        for (const [at, value] of changes) bytes[at] = value;
        for (const any of [bytes, bytes.subarray(0, cut), bytes.subarray(cut)])
          try {
            for (const { startByte, sizeBytes } of layoutOf(any, endByte).columns.values())
              assert.ok(startByte >= 0 && sizeBytes >= 0 && startByte + sizeBytes <= endByte);
          } catch (error) {
            assert.ok(error instanceof Damage || error instanceof Unfamiliar, String(error));
          }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a Thrift struct', () => {
  it('is read with all that it can hold', () => {
    const bytes = Uint8Array.of(
      ...[0x11, 0x12, 0x15, 0x01, 0x16, 0x80, 0x08], // 1: true, 2: false, 3: -1, 4: 512
      ...[0x18, 0x02, 0x68, 0x69], // 5: 'hi'
      ...[0x19, 0x25, 0x02, 0x04], // 6: [1, 2]
      ...[0x1c, 0x15, 0x06, 0x00], // 7: { 1: 3 }
      ...[0x17, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f], // 8: 1.5
      ...[0x05, 0x50, 0x0e, 0x00, 0xff], // 40: 7, the end, and a byte behind it
    );
    const { struct, end } = readStruct(bytes, 0);
    assert.deepEqual(
      [...struct],
      [
        [1, true],
        [2, false],
        [3, -1],
        [4, 512],
        [5, Uint8Array.of(0x68, 0x69)],
        [6, [1, 2]],
        [7, new Map([[1, 3]])],
        [8, 1.5],
        [40, 7],
      ],
    );
    assert.equal(end, bytes.length - 1);
  });

  it('of any bytes ends within them, or is damage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          assert.ok(readStruct(bytes, 0).end <= bytes.length);
        } catch (error) {
          assert.ok(error instanceof Damage, String(error));
        }
      }),
      { numRuns: 3000 },
    );
    assert.throws(() => readStruct(new Uint8Array(1e6).fill(0x1c), 0), Damage, 'structs in structs without an end');
  });
});

function footerOf(file: Buffer): { footer: Uint8Array; endByte: number } {
  const endByte = file.length - 8 - file.readUInt32LE(file.length - 8);
  return { footer: file.subarray(endByte, file.length - 8), endByte };
}

const PHYSICAL: Readonly<Record<string, number>> = {
  INT32: Physical.int32,
  INT64: Physical.int64,
  DOUBLE: Physical.double,
  BYTE_ARRAY: Physical.bytes,
};

async function duckdbLayout(file: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  try {
    const connection = await instance.connect();
    const result = await connection.runAndReadAll(
      `SELECT path_in_schema, num_values, type, coalesce(dictionary_page_offset, data_page_offset), total_compressed_size
       FROM parquet_metadata('${path.resolve(file)}') ORDER BY column_id`,
    );
    return result
      .getRowsJS()
      .map(([name, rows, type, start, size]) => [
        name,
        Number(rows),
        PHYSICAL[type as string],
        Number(start),
        Number(size),
      ]);
  } finally {
    instance.closeSync();
  }
}
