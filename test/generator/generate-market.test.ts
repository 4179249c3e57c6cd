import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Book } from '../../shared/market/book/book.js';
import { rthSessionOf } from '../../shared/market/calendar/cme-calendar.js';
import { OutsideCalendar } from '../../shared/market/calendar/session-calendar.js';
import { BAR_MS } from '../../shared/market/events/bar.js';
import { type EventBatch, EventKind, Side } from '../../shared/market/events/event-batch.js';
import { readBarsFile } from '../../shared/node/files/bars-csv.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { smallMarket, temporaryFolder } from './small-market.js';

describe('generated market', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is the same to the byte for the same options, and another one for another seed', async () => {
    const hashes: string[] = [];
    for (const [name, seed] of [
      ['a', 7],
      ['b', 7],
      ['c', 8],
    ] as const) {
      await smallMarket(path.join(folder, name), { seed });
      hashes.push(hashOf(path.join(folder, name)));
    }
    assert.equal(hashes[0], hashes[1]);
    assert.notEqual(hashes[0], hashes[2]);
    assert.equal(hashes[0], '6979fa5c4980f7c9f225f157adeceefcc5dc38a0dc78e95d80a429b38002c5e4');
  });

  it('says SYNTHETIC in the header of every depth file and on the first line of the bars', async () => {
    const { depthFiles, barsFile } = await smallMarket(folder);
    for (const file of depthFiles) {
      const { header } = await openDepthFile(file);
      assert.deepEqual([header.synthetic, header.source, header.levels], [true, 'synthetic', 10]);
    }
    assert.equal((await readBarsFile(barsFile)).synthetic, true);
  });

  it('keeps ten levels a side, sorted, uncrossed and without holes, at the end of every exchange message', async () => {
    const { depthFiles, events } = await smallMarket(folder);
    let seen = 0;
    for (const file of depthFiles) {
      const book = new Book();
      await forEachEvent(file, (batch, i) => {
        seen++;
        if (batch.kind[i] !== EventKind.depth) return;
        book.apply(batch.operation[i]!, batch.side[i]!, batch.position[i]!, batch.priceTicks[i]!, batch.size[i]!);
        if (batch.last[i] !== 1) return;
        assert.ok(book.isConsistent());
        assert.deepEqual([...book.count], [10, 10]);
        const { priceTicks, size, levels } = book;
        for (let level = 1; level < levels; level++) {
          assert.equal(priceTicks[level], priceTicks[0]! + level);
          assert.equal(priceTicks[levels + level], priceTicks[levels]! - level);
        }
        assert.ok(size.every((contracts) => contracts >= 1));
      });
      assert.equal(book.counters.outOfRange + book.counters.appendedUpdates, 0);
    }
    assert.equal(seen, events);
  });

  it('trades at the best price of the side that the aggressor took', async () => {
    const { depthFiles } = await smallMarket(folder);
    const book = new Book();
    await forEachEvent(depthFiles[0]!, (batch, i) => {
      if (batch.kind[i] === EventKind.depth)
        book.apply(batch.operation[i]!, batch.side[i]!, batch.position[i]!, batch.priceTicks[i]!, batch.size[i]!);
      else {
        const taken = batch.side[i] === Side.bid ? Side.ask : Side.bid;
        assert.equal(batch.priceTicks[i], book.priceTicks[taken * book.levels]);
        assert.ok(batch.size[i]! >= 1 && batch.size[i]! <= book.size[taken * book.levels]!);
      }
    });
  });

  it('starts half a minute before each RTH open, at 15 to 25 events a second, mostly one tick wide', async () => {
    const { depthFiles } = await smallMarket(folder);
    for (const file of depthFiles) {
      const { rthOpenMs } = rthSessionOf(file.match(/\d{4}-\d{2}-\d{2}/)![0])!;
      const book = new Book();
      const times: number[] = [];
      let messages = 0;
      let narrow = 0;
      await forEachEvent(file, (batch, i) => {
        times.push(Number(batch.baseNs / 1_000_000n) + batch.tsRecvNs[i]! / 1e6);
        if (batch.kind[i] === EventKind.depth)
          book.apply(batch.operation[i]!, batch.side[i]!, batch.position[i]!, batch.priceTicks[i]!, batch.size[i]!);
        if (batch.last[i] !== 1) return;
        messages++;
        if (book.priceTicks[0]! - book.priceTicks[10]! === 1) narrow++;
      });
      assert.equal(times[0], rthOpenMs - 30_000);
      assert.ok(times.at(-1)! > rthOpenMs + 6.9 * 60_000 && times.at(-1)! < rthOpenMs + 7 * 60_000);
      const eventsPerSecond = times.length / 450;
      assert.ok(eventsPerSecond > 15 && eventsPerSecond < 25, String(eventsPerSecond));
      assert.ok(narrow / messages > 0.85, String(narrow / messages));
    }
  });

  it('has bars for the RTH of the last trade dates, half-days included, that agree with the trades', async () => {
    const { depthFiles, barsFile } = await smallMarket(folder);
    const { bars } = await readBarsFile(barsFile);
    const dates = [...new Set(bars.map(({ openMs }) => new Date(openMs).toISOString().slice(0, 10)))];
    assert.deepEqual(dates, ['2025-06-27', '2025-06-30', '2025-07-01', '2025-07-02', '2025-07-03', '2025-07-07']);
    assert.equal(bars.length, 5 * 78 + 42);
    const { rthOpenMs } = rthSessionOf('2025-07-03')!;
    const first = bars.find(({ openMs }) => openMs === rthOpenMs)!;
    const trades: { price: number; size: number }[] = [];
    await forEachEvent(depthFiles[0]!, (batch, i) => {
      const timeMs = Number(batch.baseNs / 1_000_000n) + batch.tsRecvNs[i]! / 1e6;
      if (batch.kind[i] === EventKind.trade && timeMs >= rthOpenMs && timeMs < rthOpenMs + BAR_MS)
        trades.push({ price: batch.priceTicks[i]! * batch.tickSize, size: batch.size[i]! });
    });
    const prices = trades.map(({ price }) => price);
    assert.deepEqual(first, {
      openMs: rthOpenMs,
      open: prices[0],
      high: Math.max(...prices),
      low: Math.min(...prices),
      close: prices.at(-1),
      volume: trades.reduce((sum, { size }) => sum + size, 0),
    });
  });

  it('stops when it is told to, and leaves no partial file', async () => {
    const stop = new AbortController();
    const run = smallMarket(folder, { onProgress: () => stop.abort(new Error('enough')), abortSignal: stop.signal });
    await assert.rejects(run, /enough/);
    assert.deepEqual(readdirSync(folder), ['dom_ib-ESZ5-2025-07-03-1.jsonl']);
  });

  it('refuses dates that the calendar does not know', async () => {
    await assert.rejects(smallMarket(folder, { firstTradeDate: '2030-12-31', days: 3 }), OutsideCalendar);
  });
});

function hashOf(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(path.join(folder, name)));
  return hash.digest('hex');
}

async function forEachEvent(file: string, visit: (batch: EventBatch, i: number) => void): Promise<void> {
  const depth = await openDepthFile(file);
  for await (const batch of depth.batches()) for (let i = 0; i < batch.length; i++) visit(batch, i);
}
