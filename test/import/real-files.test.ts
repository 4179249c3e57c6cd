import assert from 'node:assert/strict';
import { findShards, partitionsOf } from '../../research/store/shard-query.js';
import { REAL_FILES } from '../market/real-files.js';
import { StoreRig } from '../store/store-rig.js';

describe('importing the real files', () => {
  const rig = new StoreRig();

  async function imported(file: string) {
    const { record } = await rig.import(file);
    assert.equal(record.rejected, 0);
    const partitions = partitionsOf(findShards([record], {}));
    const rows = partitions.map(
      ({ dataset, instrument, tradeDate, rows: count }) => `${dataset} ${instrument} ${tradeDate} ${count}`,
    );
    return { format: record.format, read: record.read, rows };
  }

  it('takes 20,577 depth operations, 20 of them starting inserts, and 838 trades of ESU9', async () => {
    assert.deepEqual(await imported(REAL_FILES.es), {
      format: 'dom_ib.jsonl',
      read: { depth: 20_577, trades: 838 },
      rows: ['mbp10 ESU9 2019-08-29 21415', 'ticks ESU9 2019-08-29 838'],
    });
    const first = await rig.rows({ dataset: 'mbp10' }, 'action, flags');
    assert.equal(
      first.findIndex(({ action }) => action !== 'A'),
      20,
    );
    assert.equal(
      first.findIndex(({ flags }) => flags === 128),
      19,
    );
  });

  it('takes 13,796 market-by-order records of ESM4 and makes the book of them', async () => {
    assert.deepEqual(await imported(REAL_FILES.mbo), {
      format: 'databento-dbn',
      read: { records: 13_796, orders: 13_791, trades: 5 },
      rows: ['mbp10 ESM4 2024-05-08 3536', 'ticks ESM4 2024-05-08 5'],
    });
  });

  it('takes 2,288 market-by-price records of ESU4, 120 of them trades', async () => {
    assert.deepEqual(await imported(REAL_FILES.mbp1), {
      format: 'databento-dbn',
      read: { records: 2288, depth: 2168, trades: 120 },
      rows: ['mbp10 ESU4 2024-07-02 2288', 'ticks ESU4 2024-07-02 120'],
    });
  });

  it('finds the same 120 trades in the trades file as in the market-by-price file', async () => {
    await imported(REAL_FILES.mbp1);
    await imported(REAL_FILES.trades);
    const columns = 'ts_recv, ts_event, side, price, size, sequence, ts_in_delta';
    const ticks = await rig.rows({ dataset: 'ticks', feed: 'databento-trades' }, columns);
    assert.equal(ticks.length, 120);
    assert.deepEqual(ticks, await rig.rows({ dataset: 'ticks', feed: 'databento-mbp-1' }, columns));
  });

  it('takes the bars of two instruments and the definitions of one from DBN', async () => {
    assert.deepEqual((await imported(REAL_FILES.ohlcv)).rows, ['bars ESU4 2024-07-02 30', 'bars NQU4 2024-07-02 30']);
    assert.deepEqual((await imported(REAL_FILES.definition)).read, { records: 2, definitions: 2 });
    const [definition] = await rig.rows({ dataset: 'definitions' });
    assert.equal(definition!.raw_symbol, 'ESM3');
    assert.equal(definition!.exchange, 'XCME');
    assert.equal(definition!.min_price_increment, 0.25);
    assert.equal(definition!.unit_of_measure_qty, 50);
    assert.equal(definition!.market_depth, 10);
  });

  it('takes 10 ticks of the .scid file and knows both marks of an unbundled trade', async () => {
    const { read, rows } = await imported(REAL_FILES.scid);
    assert.deepEqual(read, { records: 10, trades: 10, 'unbundled first': 1, 'unbundled last': 1 });
    assert.deepEqual(rows, ['ticks ESH23 2023-02-21 10']);
    const ticks = await rig.rows({ dataset: 'ticks' }, 'ts_event, price, bid_px_00, ask_px_00, side, unbundled');
    assert.deepEqual(
      ticks.map(({ unbundled }) => unbundled),
      [null, null, null, 'first', 'last', null, null, null, null, null],
    );
    // Sierra counts microseconds from 1899-12-30: 3886173439026000 is 2023-02-21T20:37:19.026Z.
    const tsEvent = BigInt(Date.parse('2023-02-21T20:37:19.026Z')) * 1_000_000n;
    const first = { ts_event: tsEvent, price: 4048, bid_px_00: 4048, ask_px_00: 4048.75, side: 'A', unbundled: null };
    assert.deepEqual(ticks[0], first);
    assert.equal(ticks[6]!.side, 'B');
  });

  it('takes 5,783 records of the .depth file and keeps the crossed book before the open as it is', async () => {
    const { read } = await imported(REAL_FILES.sierraDepth);
    assert.deepEqual(read, { records: 5783, depth: 5783, snapshots: 3 });
    const rows = await rig.rows({ dataset: 'mbp10' }, 'action, flags, bid_px_00, ask_px_00');
    assert.equal(rows.filter(({ action }) => action === 'R').length, 3);
    const whole = rows.filter(({ flags }) => (flags as number) & 128);
    assert.ok(whole.some((row) => (row.bid_px_00 as number) >= (row.ask_px_00 as number)));
  });

  it('takes 39,702 gold trades of December 2013 and cuts them at the end of the exchange trade date', async () => {
    const { read } = await imported(REAL_FILES.gc);
    assert.equal(read['trades 201312'], 39_702);
    assert.equal(read.trades, 40_192);
    const dates = partitionsOf(findShards(rig.store.catalogue.imports(), { instrument: 'GCZ13' }));
    assert.deepEqual(
      dates.map(({ tradeDate, rows }) => [tradeDate, rows]),
      [
        ['2013-10-07', 39_306],
        ['2013-10-08', 396],
      ],
    );
  });

  it('takes 57,897 bars of NQ and 98,513 of CL, five minutes long, and 29,996 of 6E, one minute long', async () => {
    for (const [file, instrument, bars, seconds] of [
      [REAL_FILES.nq, 'NQ', 57_897, 300],
      [REAL_FILES.cl, 'CL', 98_513, 300],
      [REAL_FILES.euro, '6EH4', 29_996, 60],
    ] as const) {
      assert.equal((await imported(file)).read.bars, bars);
      const found = await rig.rows(
        { instrument },
        'count(*)::INTEGER AS n, min(interval_s) AS low, max(interval_s) AS high',
      );
      assert.deepEqual(found, [{ n: bars, low: seconds, high: seconds }]);
    }
  });

  it('takes the depth and the trades of Binance, and finds no gap in their numbers', async () => {
    for (const [file, read] of [
      [REAL_FILES.spot, { 'book tickers, not stored': 28_040, depth: 3451, snapshots: 1, trades: 9757 }],
      [REAL_FILES.usdm, { 'book tickers, not stored': 66_089, depth: 6551, snapshots: 1, trades: 21_313 }],
    ] as const) {
      assert.deepEqual((await imported(file)).read, read);
    }
    for (const feed of ['binance-spot', 'binance-usdm']) {
      const whole = await rig.rows({ feed, dataset: 'mbp10' }, 'bid_px_00 - ask_px_00 AS crossed, flags');
      const crossed = whole.filter((row) => (row.flags as number) & 128 && (row.crossed as number) >= 0);
      assert.equal(crossed.length, 0, feed);
    }
  });
});
