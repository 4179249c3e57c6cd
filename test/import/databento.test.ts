import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { decompress } from 'fzstd';
import { REAL_FILES } from '../market/real-files.js';
import { StoreRig } from '../store/store-rig.js';
import { dbnFile, dbnRecord, dbnTrade } from './write-dbn.js';

const T0 = BigInt(Date.parse('2024-07-01T23:58:00Z')) * 1_000_000n + 123n;
const MBP10 = 10;
const UNDEFINED_PRICE = 2n ** 63n - 1n;

describe('Databento files', () => {
  const rig = new StoreRig();

  function fileOf(bytes: Buffer, name: string): string {
    const file = path.join(rig.folder, name);
    writeFileSync(file, bytes);
    return file;
  }

  it('say the same in all versions of the encoding', async () => {
    const real = Buffer.from(decompress(readFileSync(REAL_FILES.mbp1)));
    const records = real.subarray(8 + real.readUInt32LE(4));
    await rig.import(REAL_FILES.mbp1);
    const expected = await rig.rows({ dataset: 'mbp10' });
    for (const version of [1, 2, 3] as const) {
      const store = rig.storeNamed(`v${version}`);
      await rig.import(fileOf(dbnFile(version, 1, 'ESU4', 118, [records]), `v${version}.dbn`), {}, store);
      assert.deepEqual(await rig.rows({ dataset: 'mbp10' }, '*', store), expected);
    }
  });

  it('keep every level of an mbp-10 record, and NULL where there is none', async () => {
    const record = dbnRecord(MBP10, 368, 118, T0);
    record.writeBigInt64LE(5_528_750_000_000n, 16);
    record.writeUInt32LE(7, 24);
    record.write('MB', 28);
    record[30] = 130;
    record[31] = 2;
    record.writeBigUInt64LE(T0 + 55n, 32);
    record.writeInt32LE(-77, 40);
    record.writeUInt32LE(4_000_000_000, 44);
    for (let level = 0; level < 10; level++) {
      const at = 48 + 32 * level;
      record.writeBigInt64LE(level < 9 ? 5_528_750_000_000n - 250_000_000n * BigInt(level) : UNDEFINED_PRICE, at);
      record.writeBigInt64LE(5_529_000_000_000n + 250_000_000n * BigInt(level), at + 8);
      for (const [index, value] of [10, 20, 30, 40].entries()) record.writeUInt32LE(value + level, at + 16 + 4 * index);
    }
    const { record: imported } = await rig.import(fileOf(dbnFile(3, 2, 'ESU4', 118, [record]), 'mbp10.dbn'));
    assert.equal(imported.feed, 'databento-mbp-10');
    const [row] = await rig.rows({ dataset: 'mbp10' });
    const levels = Object.fromEntries(
      Array.from({ length: 10 }, (_, level) => {
        const k = `0${level}`;
        return Object.entries({
          [`bid_px_${k}`]: level < 9 ? 5528.75 - 0.25 * level : null,
          [`bid_sz_${k}`]: level < 9 ? 10 + level : null,
          [`bid_ct_${k}`]: level < 9 ? 30 + level : null,
          [`ask_px_${k}`]: 5529 + 0.25 * level,
          [`ask_sz_${k}`]: 20 + level,
          [`ask_ct_${k}`]: 40 + level,
        });
      }).flat(),
    );
    assert.deepEqual(row, {
      ts_recv: T0 + 55n,
      ts_event: T0,
      rtype: 10,
      publisher_id: 1,
      instrument_id: 118n,
      action: 'M',
      side: 'B',
      depth: 2,
      price: 5528.75,
      size: 7,
      flags: 130,
      ts_in_delta: -77,
      sequence: 4_000_000_000n,
      ...levels,
      symbol: 'ESU4',
    });
  });

  it('have their definitions in another place in each version', async () => {
    for (const [version, bytes, symbolAt, assetAt, depthAt] of [
      [1, 360, 200, 248, 128],
      [2, 400, 200, 297, 136],
      [3, 520, 238, 335, 148],
    ] as const) {
      const record = dbnRecord(0x13, bytes, 118, T0);
      record.writeBigUInt64LE(T0, 16);
      record.writeBigInt64LE(250_000_000n, 24);
      record.write('ESU4', symbolAt);
      record.write('ES', assetAt);
      record.writeInt32LE(10, depthAt);
      const store = rig.storeNamed(`v${version}`);
      await rig.import(fileOf(dbnFile(version, 9, 'ESU4', 118, [record]), `v${version}.dbn`), {}, store);
      const rows = await rig.rows({}, 'raw_symbol, asset, min_price_increment, market_depth', store);
      assert.deepEqual(rows, [{ raw_symbol: 'ESU4', asset: 'ES', min_price_increment: 0.25, market_depth: 10 }]);
    }
  });

  it('are refused where a time is one that int64 does not hold, over all of them', async () => {
    const beyond = fc.bigInt({ min: 2n ** 63n, max: 2n ** 64n - 2n });
    let files = 0;
    await fc.assert(
      fc.asyncProperty(beyond, async (ns) => {
        const order = dbnRecord(0xa0, 56, 118, ns);
        order.writeBigInt64LE(2n ** 63n - 1n, 24);
        order.write('RN', 38);
        order.writeBigUInt64LE(T0, 40);
        const late = fileOf(dbnFile(1, 0, 'ESU4', 118, [order]), `late-${files++}.dbn`);
        await assert.rejects(rig.import(late), /its event time is beyond the year 2262/);
        for (const [at, name] of [
          [8, 'ts_event'],
          [40, 'expiration'],
          [48, 'activation'],
        ] as const) {
          const definition = dbnRecord(0x13, 360, 118, T0);
          definition.writeBigUInt64LE(T0, 16);
          definition.write('ESU4', 200);
          definition.writeBigUInt64LE(ns, at);
          const file = fileOf(dbnFile(1, 9, 'ESU4', 118, [definition]), `late-${files++}.dbn`);
          await assert.rejects(rig.import(file), new RegExp(`its ${name} is beyond the year 2262`));
        }
      }),
      { numRuns: 10 },
    );
  });

  it('are refused where a text is none: other bytes than UTF-8, no end, or more behind its end', async () => {
    const definition = (symbol: Buffer, currency = 'USD') => {
      const record = dbnRecord(0x13, 360, 118, T0);
      record.writeBigUInt64LE(T0, 16);
      symbol.copy(record, 200);
      record.write(currency, 186);
      return fileOf(dbnFile(1, 9, 'ESU4', 118, [record]), 'text.dbn');
    };
    await assert.rejects(rig.import(definition(Buffer.from([0x45, 0xff, 0x53]))), /definition without a symbol/);
    await assert.rejects(rig.import(definition(Buffer.from('ESU4'), 'USDX')), /its currency is no UTF-8 text/);
    for (const [field, at, bytes] of [
      ['GLBX.MDP3', 1, [0xff]],
      ['GLBX.MDP3', 12, [0x2d]],
      ['ESU4', 0, [0xc3, 0x28]],
      ['ESU4', 10, [0x2d]],
    ] as const) {
      const whole = dbnFile(1, 1, 'ESU4', 118, []);
      Buffer.from(bytes).copy(whole, whole.lastIndexOf(field) + at);
      await assert.rejects(rig.import(fileOf(whole, 'name.dbn')), /their names and lists of symbols cannot be read/);
    }
  });

  it('are refused at once where symbols have no length, however many there are', async () => {
    const whole = dbnFile(2, 1, 'ESU4', 118, []);
    whole.writeUInt16LE(0, 8 + 45);
    whole.writeUInt32LE(0xffff_ffff, 8 + 104);
    await assert.rejects(rig.import(fileOf(whole, 'endless.dbn')), /lists of symbols cannot be read/);
  });

  it('are refused where their type is none, or a trade says that it is none', async () => {
    const known = new Set([0, 1, 10, 0x13, 0x16, 0xa0, 0x20, 0x21, 0x22, 0x23, 0x24]);
    const others = new Set([0x11, 0x12, 0x14, 0x15, 0x17, 0x18, 0xb1, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4]);
    for (let rtype = 0; rtype < 256; rtype++) {
      if (known.has(rtype)) continue;
      const file = fileOf(dbnFile(2, 11, 'ESU4', 118, [dbnRecord(rtype, 40, 118, T0)]), `type-${rtype}.dbn`);
      if (others.has(rtype))
        assert.deepEqual((await rig.import(file)).record.read, { records: 1, [`not stored, type ${rtype}`]: 1 });
      else await assert.rejects(rig.import(file), new RegExp(`is of type ${rtype}, which is not known`));
    }
    const trade = dbnRecord(0, 48, 118, T0);
    trade.write('AB', 28);
    trade.writeBigUInt64LE(T0, 32);
    const file = fileOf(dbnFile(2, 4, 'ESU4', 118, [trade]), 'no-trade.dbn');
    await assert.rejects(rig.import(file), /is a trade whose action says that it is none/);
  });

  it('are imported whole from any number of zstd frames, with frames for tools in front, between and behind', async () => {
    const trade = dbnTrade(118, T0, 5500, 3);
    const bytes = dbnFile(
      2,
      4,
      'ESU4',
      118,
      Array.from({ length: 400 }, () => trade),
    );
    const skippable = Buffer.from('502a4d180400000061626364', 'hex');
    let files = 0;
    const cuts = fc.array(fc.tuple(fc.nat(bytes.length), fc.boolean()), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(cuts, fc.boolean(), async (places, isLast) => {
        const ordered = [[0, true], ...places.toSorted(([a], [b]) => a - b), [bytes.length, isLast]] as [
          number,
          boolean,
        ][];
        const frames = ordered.flatMap(([at, isSkippable], i) => [
          ...(isSkippable ? [skippable] : []),
          ...(i + 1 < ordered.length ? [zstdCompressSync(bytes.subarray(at, ordered[i + 1]![0]))] : []),
        ]);
        const store = rig.storeNamed(`frames-${files++}`);
        const { record } = await rig.import(fileOf(Buffer.concat(frames), `frames-${files}.dbn.zst`), {}, store);
        assert.equal(record.read.trades, 400);
      }),
      { numRuns: 20 },
    );
  });

  it('have record types that are not stored: they are counted', async () => {
    const status = dbnRecord(0x12, 40, 118, T0);
    const { record } = await rig.import(fileOf(dbnFile(2, 11, 'ESU4', 118, [status, status]), 'status.dbn'));
    assert.deepEqual(record.read, { records: 2, 'not stored, type 18': 2 });
  });
});
