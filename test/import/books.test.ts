import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { decompress } from 'fzstd';
import { OrderBook } from '../../research/import/databento/order-book.js';
import { formatEventLine, formatHeaderLine } from '../../shared/market/events/depth-line.js';
import { TickScale } from '../../shared/market/events/tick-scale.js';
import { SpliceBook } from '../book/splice-book.js';
import { batchesOf, type TestEvent } from '../market/event.js';
import { RANDOM_START_NS, randomMarket } from '../market/random-market.js';
import { REAL_FILES } from '../market/real-files.js';
import { StoreRig } from '../store/store-rig.js';
import { levelsIn } from './levels-in.js';
import { SlowOrderBook } from './slow-order-book.js';

const HOUR_NS = 3_600_000_000_000n;

describe('the books in mbp10', () => {
  const rig = new StoreRig();

  it('are those that the orders of ESM4 add up to, after every record', async () => {
    await rig.import(REAL_FILES.mbo);
    const rows = await rig.rows({ dataset: 'mbp10' });
    const book = new SlowOrderBook();
    const bytes = Buffer.from(decompress(readFileSync(REAL_FILES.mbo)));
    let compared = 0;
    let before = '';
    for (let at = 8 + bytes.readUInt32LE(4); at < bytes.length; at += 56) {
      const [action, side] = [38, 39].map((offset) => String.fromCharCode(bytes[at + offset]!)) as [string, string];
      const price = bytes.readBigInt64LE(at + 24);
      book.apply(action, bytes.readBigUInt64LE(at + 16), side, price, bytes.readUInt32LE(at + 32));
      const row = rows[compared];
      const isThis =
        row?.ts_recv === bytes.readBigInt64LE(at + 40) &&
        row.sequence === BigInt(bytes.readUInt32LE(at + 52)) &&
        row.action === action &&
        row.side === side &&
        row.size === bytes.readUInt32LE(at + 32) &&
        row.price === (price === 2n ** 63n - 1n ? null : Number(price) / 1e9);
      // Adding up is slow: where there is no row, it is looked at only from time to time that nothing changed.
      if (!isThis && at % 5 !== 0) continue;
      const levels = { bids: book.levels('B'), asks: book.levels('A') };
      if (isThis) {
        assert.deepEqual({ bids: levelsIn(row, 'bid'), asks: levelsIn(row, 'ask') }, levels, `row ${compared}`);
        compared++;
      } else assert.equal(JSON.stringify(levels), before, `byte ${at}: the book changed without a row`);
      before = JSON.stringify(levels);
    }
    assert.equal(compared, rows.length);
  });

  it('are those of a list of orders, for random orders, changes and cancels', () => {
    const order = fc.record({
      action: fc.constantFrom('A', 'A', 'M', 'C', 'R'),
      id: fc.bigInt({ min: 1n, max: 30n }),
      side: fc.constantFrom('A', 'B'),
      price: fc.integer({ min: 1, max: 25 }),
      size: fc.integer({ min: 1, max: 9 }),
    });
    const property = fc.property(fc.array(order, { maxLength: 150 }), (orders) => {
      const book = new OrderBook();
      const slow = new SlowOrderBook();
      for (const { action, id, side, price, size } of orders) {
        if (action === 'R' && price > 1) continue;
        slow.apply(action, id, side, BigInt(price) * 1_000_000_000n, size);
        const code = side === 'B' ? 1 : 0;
        if (action === 'R') book.clear();
        else if (action === 'A') book.add(id, code, price * 1e9, size);
        else if (action === 'M') book.modify(id, code, price * 1e9, size);
        else book.cancel(id, size);
        for (const [index, letter] of ['A', 'B'].entries()) {
          const shown = Math.min(10, book.levels.count[index]!);
          const levels = Array.from({ length: shown }, (_, k) => [
            book.levels.prices(index as 0 | 1)[k]! / 1e9,
            book.levels.sizes(index as 0 | 1)[k],
            book.levels.orders(index as 0 | 1)[k],
          ]);
          assert.deepEqual(levels, slow.levels(letter));
        }
      }
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('are those of a spliced array after every event of ESU9', async () => {
    await rig.import(REAL_FILES.es);
    const rows = await rig.rows({ dataset: 'mbp10' });
    const lines = gunzipSync(readFileSync(REAL_FILES.es)).toString().trim().split('\n').slice(1);
    assert.equal(rows.length, lines.length);
    const book = new SpliceBook();
    for (const [i, line] of lines.entries()) {
      const event = JSON.parse(line);
      if (event.kind === 'depth') book.apply(event.op, event.side, event.position, event.price * 4, event.size);
      const row = rows[i]!;
      const action = event.kind === 'trade' ? 'T' : ['A', 'M', 'C'][event.op as number];
      const side = event.kind === 'trade' ? { buy: 'B', sell: 'A' }[event.aggressor as 'buy'] : ['A', 'B'][event.side];
      assert.deepEqual(
        [row.ts_recv, row.sequence, row.action, row.side, row.depth, row.price, row.size, row.flags],
        [
          BigInt(event.ts),
          BigInt(i),
          action,
          side,
          event.position ?? 0,
          event.price,
          event.size,
          event.last === false ? 0 : 128,
        ],
      );
      for (const [index, name] of (['ask', 'bid'] as const).entries())
        assert.deepEqual(
          levelsIn(row, name),
          book.sides[index]!.map(({ priceTicks, size }) => [priceTicks / 4, size, null]),
        );
    }
  });

  it('keep resets and gaps, and are those of a spliced array on 1,000 random streams', async () => {
    const scale = new TickScale(0.25);
    // One after the other in one file, each after a reset and an hour of silence.
    const reset = (seed: number) => ({ kind: 'reset' as const, tsNs: RANDOM_START_NS + BigInt(seed) * HOUR_NS });
    const stream = (seed: number) =>
      randomMarket(seed, 40 + (seed % 80)).map((event) => ({ ...event, tsNs: event.tsNs + BigInt(seed) * HOUR_NS }));
    const events: TestEvent[] = Array.from({ length: 1000 }, (_, seed) => [reset(seed), ...stream(seed)]).flat();
    const header = { kind: 'header', v: 1, instrument: 'R', tickSize: 0.25, multiplier: 1, levels: 10 } as const;
    const lines = batchesOf(events).flatMap((batch) =>
      Array.from({ length: batch.length }, (_, i) => formatEventLine(batch, i, scale)),
    );
    const file = path.join(rig.folder, 'random.jsonl');
    writeFileSync(file, formatHeaderLine(header) + lines.join(''));
    const { record } = await rig.import(file);
    const count = (kind: string) => events.filter((event) => event.kind === kind).length;
    assert.deepEqual(
      [record.read.depth, record.read.trades, record.read.resets, record.read.gaps],
      [count('depth'), count('trade'), count('reset'), count('gap')],
    );
    const rows = await rig.rows({ dataset: 'mbp10' });
    assert.equal(rows.length, events.length);
    const book = new SpliceBook();
    for (const [i, event] of events.entries()) {
      if (event.kind === 'depth')
        book.apply(event.operation!, event.side!, event.position!, event.priceTicks!, event.size!);
      if (event.kind === 'reset') book.clear();
      const row = rows[i]!;
      if (event.kind === 'reset') assert.equal(row.action, 'R');
      if (event.kind === 'gap') assert.deepEqual([row.action, row.flags], ['N', 128 | 4]);
      for (const [index, name] of (['ask', 'bid'] as const).entries())
        assert.deepEqual(
          levelsIn(row, name),
          book.sides[index]!.map(({ priceTicks, size }) => [priceTicks / 4, size, null]),
          `event ${i}`,
        );
    }
  }).timeout(60_000);
});
