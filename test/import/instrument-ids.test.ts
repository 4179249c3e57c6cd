import assert from 'node:assert/strict';
import fc from 'fast-check';
import { StoreRig } from '../store/store-rig.js';
import { dbnFileOf, dbnMapping, dbnRecord, dbnTrade } from './write-dbn.js';

const TRADES = 4;
const ns = (iso: string) => BigInt(Date.parse(iso)) * 1_000_000n;

describe('the instrument ids of a Databento file', () => {
  const rig = new StoreRig();

  const importOf = (bytes: Buffer) => rig.importAs('x.dbn', bytes);
  const ticks = () => rig.rows({ dataset: 'ticks' }, 'symbol, price');

  it('mean the contract that has them at the time of the record, also after they were given to another', async () => {
    const intervals = [
      { symbol: 'ESH4', id: 1001, from: 20_240_301, to: 20_240_316 },
      { symbol: 'NGZ4', id: 1001, from: 20_240_318, to: 20_240_401 },
    ];
    const records = [
      dbnTrade(1001, ns('2024-03-15T14:00:00Z'), 5120.25, 3),
      dbnTrade(1001, ns('2024-03-18T14:00:00Z'), 1.703, 7),
    ];
    await importOf(dbnFileOf(3, TRADES, intervals, records));
    assert.deepEqual(await ticks(), [
      { symbol: 'ESH4', price: 5120.25 },
      { symbol: 'NGZ4', price: 1.703 },
    ]);
  });

  it('are guessed by nobody where they mean nothing at that time', async () => {
    const intervals = [{ symbol: 'ESH4', id: 1001, from: 20_240_301, to: 20_240_316 }];
    const records = [dbnTrade(1001, ns('2024-03-17T22:30:00Z'), 5120.25, 3)];
    const file = dbnFileOf(3, TRADES, intervals, records);
    await assert.rejects(importOf(file), /instrument id 1001 stands for no symbol at its time/);
  });

  it('mean at any time what the metadata says of that day, and are set aside where it says nothing: any ids, days and owners', async () => {
    const DAY_MS = 86_400_000;
    const first = Date.UTC(2024, 0, 1);
    const yyyymmdd = (day: number) =>
      Number(new Date(first + day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', ''));
    // Days in turn of free and owned spans, for each of two ids; no two owners have an id on one day.
    const owned = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 9 })), {
      minLength: 1,
      maxLength: 4,
    });
    const trades = fc.array(
      fc.record({ id: fc.constantFrom(1, 2), ms: fc.integer({ min: 0, max: 80 * DAY_MS - 1 }) }),
      { minLength: 1, maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(owned, owned, trades, async (ofOne, ofTwo, unsorted) => {
        const intervals = [ofOne, ofTwo].flatMap((spans, index) => {
          let day = 0;
          return spans.map(([free, days], n) => {
            const from = day + free;
            day = from + days;
            return { id: index + 1, symbol: `S${index + 1}X${n}`, from, to: day };
          });
        });
        const told = unsorted
          .sort((a, b) => a.ms - b.ms)
          .map(({ id, ms }, n) => {
            const day = Math.floor(ms / DAY_MS);
            const owner = intervals.find((one) => one.id === id && day >= one.from && day < one.to);
            return { id, ms, price: n + 1, symbol: owner?.symbol ?? null };
          });
        const records = told.map(({ id, ms, price }) => dbnTrade(id, BigInt(first + ms) * 1_000_000n, price, 1));
        const named = intervals.map(({ from, to, ...one }) => ({ ...one, from: yyyymmdd(from), to: yyyymmdd(to) }));
        const { record } = await rig.importAs('x.dbn', dbnFileOf(3, TRADES, named, records), {
          onError: 'quarantine',
        });
        assert.equal(record.rejected, told.filter(({ symbol }) => symbol === null).length);
        const rows = await rig.rowsIn([record], { dataset: 'ticks' }, 'symbol, price');
        assert.deepEqual(
          rows.sort((a, b) => Number(a.price) - Number(b.price)),
          told.filter(({ symbol }) => symbol !== null).map(({ symbol, price }) => ({ symbol, price })),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('take the names that a live stream tells, from there on', async () => {
    const at = ns('2024-05-08T14:00:00Z');
    const records = [
      dbnMapping(1001, at, 'ESM4'),
      dbnTrade(1001, at, 5210.25, 3),
      dbnMapping(1001, at + 1n, 'ESU4'),
      dbnTrade(1001, at + 2n, 5260.25, 4),
      dbnTrade(7, at + 3n, 1, 4),
    ];
    const { record } = await importOf(dbnFileOf(3, TRADES, [], records));
    assert.equal(record.read['symbol mappings'], 2);
    assert.deepEqual(await ticks(), [
      { symbol: 'ESM4', price: 5210.25 },
      { symbol: 'ESU4', price: 5260.25 },
      { symbol: 'instrument-7', price: 1 },
    ]);
  });

  it('do not hand the book of one contract on to the next', async () => {
    const order = (tsNs: bigint, orderId: bigint, price: number) => {
      const record = dbnRecord(0xa0, 56, 1001, tsNs);
      record.writeBigUInt64LE(orderId, 16);
      record.writeBigInt64LE(BigInt(price * 1e9), 24);
      record.writeUInt32LE(5, 32);
      record[36] = 128;
      record.write('AB', 38);
      record.writeBigUInt64LE(tsNs, 40);
      return record;
    };
    const intervals = [
      { symbol: 'ESH4', id: 1001, from: 20_240_301, to: 20_240_316 },
      { symbol: 'NGZ4', id: 1001, from: 20_240_318, to: 20_240_401 },
    ];
    await importOf(
      dbnFileOf(3, 0, intervals, [
        order(ns('2024-03-15T14:00:00Z'), 1n, 5120),
        order(ns('2024-03-18T14:00:00Z'), 2n, 2),
      ]),
    );
    assert.deepEqual(await rig.rows({ dataset: 'mbp10' }, 'symbol, bid_px_00, bid_px_01'), [
      { symbol: 'ESH4', bid_px_00: 5120, bid_px_01: null },
      { symbol: 'NGZ4', bid_px_00: 2, bid_px_01: null },
    ]);
  });

  it('are refused where a price or a size is beyond what is kept exactly', async () => {
    const at = ns('2024-05-08T14:00:00Z');
    const intervals = [{ symbol: 'BTCJPY', id: 1, from: 20_240_101, to: 20_250_101 }];
    const beyond = dbnTrade(1, at, 1, 1);
    beyond.writeBigInt64LE(9_200_000_000_000_000_000n, 16);
    await assert.rejects(importOf(dbnFileOf(3, TRADES, intervals, [beyond])), /price is beyond 2\^53 units of 1e-9/);
    const large = dbnTrade(1, at, 1, 3_000_000_000);
    await assert.rejects(importOf(dbnFileOf(3, TRADES, intervals, [large])), /size is 3000000000/);
  });

  it('leave empty what a definition does not say', async () => {
    const definition = dbnRecord(0x13, 520, 1, ns('2024-05-08T14:00:00Z'));
    definition.writeBigUInt64LE(ns('2024-05-08T14:00:00Z'), 16);
    definition.write('ESM4', 238);
    definition.writeInt32LE(2 ** 31 - 1, 148);
    await importOf(dbnFileOf(3, 9, [], [definition]));
    assert.deepEqual(await rig.rows({ dataset: 'definitions' }, 'raw_symbol, market_depth'), [
      { raw_symbol: 'ESM4', market_depth: null },
    ]);
  });
});
