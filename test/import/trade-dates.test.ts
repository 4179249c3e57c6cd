import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import type { Imported } from '../../research/import/import-file.js';
import { findShards } from '../../research/store/shard-query.js';
import { calendarOfInstrument } from '../../shared/market/calendar/product-calendars.js';
import { formatHeaderLine, formatTradeLine } from '../../shared/market/events/depth-line.js';
import { StoreRig } from '../store/store-rig.js';
import { intentOf, lineOf } from './journal-lines.js';
import { dbnFile, dbnFileOf, dbnTrade } from './write-dbn.js';
import { scidFile, scidTick } from './write-scid.js';

const TRADES_SCHEMA = 4;
/** The day after Thanksgiving: index futures end at 18:15 UTC, crude oil at 19:45. */
const TIMES = ['2024-11-29T18:10:00Z', '2024-11-29T18:30:00Z', '2024-11-29T19:40:00Z', '2024-12-01T23:00:01Z'];

describe('the trade date of an event', () => {
  const rig = new StoreRig();

  function fileOf(name: string, content: Buffer | string): string {
    const file = path.join(rig.folder, name);
    writeFileSync(file, content);
    return file;
  }

  async function datesOf(file: string, options = {}): Promise<string[]> {
    return datesOfImport(rig.import(file, options));
  }

  async function datesOfImport(imported: Promise<Imported>): Promise<string[]> {
    const { record } = await imported;
    assert.equal(record.rejected, 0);
    return findShards([record], {}).map(({ dataset, tradeDate, rows }) => `${dataset} ${tradeDate} ${rows}`);
  }

  for (const [contract, onTheDay, later] of [
    ['CLF5', 3, 1],
    ['GCG5', 3, 1],
    ['ZNH5', 3, 1],
    ['6EZ4', 3, 1],
    ['ZZZZ4', 3, 1],
    ['ESZ4', 1, 3],
  ] as const) {
    const expected = (dataset: string) => [`${dataset} 2024-11-29 ${onTheDay}`, `${dataset} 2024-12-02 ${later}`];

    it(`goes by the product in DBN: ${contract}`, async () => {
      const records = TIMES.map((time) => dbnTrade(7, BigInt(Date.parse(time)) * 1_000_000n, 70, 1));
      const file = fileOf('trades.dbn', dbnFile(3, TRADES_SCHEMA, contract, 7, records));
      assert.deepEqual(await datesOf(file), expected('ticks'));
    });

    it(`goes by the product in bars: ${contract}`, async () => {
      const opens = ['2024-11-29T18:05:00Z', ...TIMES].map((time) => time.replace(':01Z', ':00Z'));
      const lines = opens.map((time) => `${time},70,71,69,70,1`);
      const csv = `ts_open_utc,open,high,low,close,volume\n${lines.join('\n')}\n`;
      const dates = await datesOf(fileOf(`${contract}-5m.csv`, csv));
      assert.deepEqual(dates, [`bars 2024-11-29 ${onTheDay + 1}`, `bars 2024-12-02 ${later}`]);
    });

    it(`goes by the product in ticks of Sierra Chart: ${contract}`, async () => {
      const records = TIMES.map((time) =>
        scidTick({ timeMs: Date.parse(time), price: 70, bid: 69.99, ask: 70.01, size: 1 }),
      );
      const dates = await datesOf(fileOf(`${contract}.scid`, scidFile(records)));
      assert.deepEqual(dates, expected('ticks'));
    });

    it(`goes by the product in captured segments: ${contract}`, async () => {
      const header = {
        kind: 'header',
        v: 1,
        instrument: contract,
        exchange: 'NYMEX',
        tickSize: 0.01,
        multiplier: 1000,
        levels: 10,
      };
      const lines = TIMES.map((time) => ({
        ...{ kind: 'trade', ts: String(BigInt(Date.parse(time)) * 1_000_000n), price: 70, size: 1, aggressor: 'sell' },
      }));
      const file = fileOf('segment.jsonl', [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''));
      assert.deepEqual(
        (await datesOf(file)).filter((line) => line.startsWith('ticks')),
        expected('ticks'),
      );
    });
  }

  it('is that of the calendar of its product, whichever reader brings it, at any time', async () => {
    const contracts = fc.constantFrom('CLF5', 'GCG5', 'ZNH5', '6EZ4', 'ESZ4', 'NQZ4', 'ZZZZ4');
    // Most days are like any other: half of the spans begin about Thanksgiving or the turn of a year.
    const any = fc.integer({ min: Date.UTC(2015, 0, 1) / 1000, max: Date.UTC(2029, 9, 1) / 1000 });
    const odd = fc
      .tuple(fc.integer({ min: 2015, max: 2028 }), fc.constantFrom(325, 355))
      .map(([year, day]) => Date.UTC(year, 0, day) / 1000);
    // A captured segment is of less than 104 days.
    const offsets = fc.uniqueArray(fc.integer({ min: 0, max: 20 * 86_400 }), { minLength: 1, maxLength: 12 });
    const times = fc.tuple(fc.oneof(any, odd), offsets).map(([first, after]) => after.map((one) => first + one));
    let stores = 0;
    await fc.assert(
      fc.asyncProperty(contracts, times, async (contract, seconds) => {
        const sorted = seconds.sort((a, b) => a - b).map((second) => second * 1000);
        const calendar = calendarOfInstrument(contract);
        const rows = new Map<string, number>();
        for (const ms of sorted) rows.set(calendar.tradeDateOf(ms), (rows.get(calendar.tradeDateOf(ms)) ?? 0) + 1);
        const expected = [...rows].map(([date, count]) => `ticks ${date} ${count}`).sort();
        const trades = sorted.map((ms) => dbnTrade(7, BigInt(ms) * 1_000_000n, 70, 1));
        const symbols = [{ symbol: contract, id: 7, from: 20_140_101, to: 20_310_101 }];
        const ticks = sorted.map((timeMs) => scidTick({ timeMs, price: 70, bid: 69.75, ask: 70, size: 1 }));
        const header = formatHeaderLine({
          ...{ kind: 'header', v: 1, instrument: contract, exchange: 'CME' },
          ...{ tickSize: 0.25, multiplier: 50, levels: 10 },
        });
        const lines = sorted.map((ms, i) => formatTradeLine(BigInt(ms) * 1_000_000n, i + 1, 70, 1, 'sell'));
        for (const [name, content] of [
          ['x.dbn', dbnFileOf(3, TRADES_SCHEMA, symbols, trades)],
          [`${contract}.scid`, scidFile(ticks)],
          ['segment.jsonl', header + lines.join('')],
        ] as const)
          assert.deepEqual(
            (await datesOfImport(rig.import(fileOf(name, content), {}, rig.storeNamed(`any-${stores++}`))))
              .filter((line) => line.startsWith('ticks'))
              .sort(),
            expected,
            name,
          );
      }),
      { numRuns: 40 },
    );
  });

  it('of an order goes by the group that is traded, or by the product that is named', async () => {
    const file = fileOf('orders.jsonl', TIMES.map((time, i) => lineOf(i + 1, time, intentOf(i))).join(''));
    assert.deepEqual(await datesOf(file), ['orders 2024-11-29 1', 'orders 2024-12-02 3']);
    const other = rig.storeNamed('other');
    const { record } = await rig.import(file, { hints: { instrument: 'CLF5' } }, other);
    assert.deepEqual(
      findShards([record], {}).map(({ tradeDate, rows }) => `${tradeDate} ${rows}`),
      ['2024-11-29 3', '2024-12-02 1'],
    );
  });
});
