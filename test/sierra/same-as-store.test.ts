import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { grownDepth, grownTrades, PRICE_SCALE, recordsOf, TICK_SIZE } from '../../bench/sierra/grown-samples.js';
import { followOnce } from '../../broker/follow/follow-once.js';
import { REAL_FILES } from '../market/real-files.js';
import { StoreRig } from '../store/store-rig.js';
import { depthByDate, FollowRig, INSTRUMENT } from './following.js';
import { changesOf, eventsIn } from './segment-events.js';

/** Ten minutes before the end of a trade date, three hours and ten before that of a UTC date. */
const START_US = Date.UTC(2025, 7, 12, 20, 50) * 1000;
const DEPTH_PASS_US = 300_000_000;
const DEPTH_RECORDS = 5783 * 40;
const TRADES = 6300;
const SIDES: Readonly<Record<string, number>> = { A: 0, B: 1, N: 2 };
const LAST = 128;

describe("what the store's importer reads of the same files of Sierra Chart", function () {
  this.timeout(120_000);
  const rig = new StoreRig();
  const hints = (priceScale: number) => ({ hints: { priceScale, instrument: INSTRUMENT } });

  async function tradesInStore() {
    const rows = await rig.rows({ dataset: 'ticks' }, 'ts_event, price, size, side');
    return rows.map(({ ts_event, price, size, side }) => ({
      us: Number((ts_event as bigint) / 1000n),
      ticks: Number(price) / TICK_SIZE,
      size: Number(size),
      side: SIDES[String(side)],
    }));
  }

  async function booksInStore() {
    const columns = ['ask', 'bid'].flatMap((side) =>
      Array.from({ length: 10 }, (_, i) => [`${side}_px_0${i}`, `${side}_sz_0${i}`]).flat(),
    );
    const rows = await rig.rows({ dataset: 'mbp10' }, ['ts_event', 'flags', ...columns].join(', '));
    const whole = rows.filter(({ flags }) => (Number(flags) & LAST) !== 0);
    return whole.map((row) => ({
      us: Number((row.ts_event as bigint) / 1000n),
      levels: ['ask', 'bid'].map((side) =>
        Array.from({ length: 10 }, (_, i): [number, number] => [
          Number(row[`${side}_px_0${i}`]) / TICK_SIZE,
          Number(row[`${side}_sz_0${i}`]),
        ]).filter(([, size]) => size > 0),
      ),
    }));
  }

  it('is what the segments say: the same trades, and the same ten levels after every batch, over two changes of date', async () => {
    const trades = grownTrades(START_US, 20_000_000);
    const follow = new FollowRig(path.join(rig.folder, 'follow'));
    writeFileSync(follow.scid, Buffer.concat([trades.header, recordsOf(trades, 0, TRADES)]));
    await rig.import(follow.scid, hints(PRICE_SCALE));
    const files = depthByDate(grownDepth(START_US, DEPTH_PASS_US), DEPTH_RECORDS);
    assert.equal(files.size, 2);
    for (const [date, bytes] of files) {
      writeFileSync(follow.depth(date), bytes);
      await rig.import(follow.depth(date), hints(PRICE_SCALE));
    }
    const said = await follow.endOf();
    assert.equal(said.resets.length, 2, 'the beginning, and the second trade date');
    assert.equal(said.trades.length, TRADES);
    assert.deepEqual(said.trades, await tradesInStore());
    assert.ok(said.books.length > 7000, `${said.books.length}`);
    assert.deepEqual(changesOf(said.books), changesOf(await booksInStore()));
  });

  it('is what the segments say of the genuine ticks and of the real depth', async () => {
    const genuine = new FollowRig(path.join(rig.folder, 'genuine'));
    writeFileSync(genuine.scid, readFileSync(REAL_FILES.scid));
    await rig.import(genuine.scid, hints(1));
    const { trades } = await genuine.endOf(null, { priceScale: 1 });
    assert.equal(trades.length, 10);
    assert.deepEqual(trades, await tradesInStore());
    const real = new FollowRig(path.join(rig.folder, 'real'));
    writeFileSync(real.depth('2025-08-12'), readFileSync(REAL_FILES.sierraDepth));
    await rig.import(real.depth('2025-08-12'), hints(PRICE_SCALE));
    assert.equal((await followOnce(real.options())).faults, 0);
    const { books } = await eventsIn(real.files());
    assert.ok(books.length > 200, `${books.length}`);
    assert.deepEqual(changesOf(books), changesOf(await booksInStore()));
  });
});
