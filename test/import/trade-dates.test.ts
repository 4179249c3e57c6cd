import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { findShards } from '../../research/store/shard-query.js';
import { StoreRig } from '../store/store-rig.js';
import { intentOf, lineOf } from './journal-lines.js';
import { dbnFile, dbnTrade } from './write-dbn.js';
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
    const { record } = await rig.import(file, options);
    assert.equal(record.rejected, 0, file);
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
