import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { decompress } from 'fzstd';
import { REAL_FILES } from '../market/real-files.js';
import { StoreRig } from '../store/store-rig.js';
import { levelsIn } from './levels-in.js';

/** The slow, obvious price-addressed book: sizes by price, of which the best is looked for ten times. */
class MapBook {
  readonly bid = new Map<number, [size: number, orders: number | null]>();
  readonly ask = new Map<number, [size: number, orders: number | null]>();

  set(side: 'bid' | 'ask', price: number, size: number, orders: number | null = null): void {
    if (size === 0) this[side].delete(price);
    else this[side].set(price, [size, orders]);
  }

  clear(): void {
    this.bid.clear();
    this.ask.clear();
  }

  levels(side: 'bid' | 'ask'): unknown[][] {
    const levels: unknown[][] = [];
    const sign = side === 'ask' ? 1 : -1;
    let last = Number.NEGATIVE_INFINITY;
    while (levels.length < 10) {
      let best = Number.POSITIVE_INFINITY;
      for (const price of this[side].keys()) if (sign * price > last && sign * price < best) best = sign * price;
      if (best === Number.POSITIVE_INFINITY) break;
      levels.push([sign * best, ...this[side].get(sign * best)!]);
      last = best;
    }
    return levels;
  }
}

/** Whole books one after the other, each with its time: one that shows no other levels than the one before is left out. */
class BookHistory {
  readonly books: string[] = [];
  private before = '';

  add(tsEventNs: bigint, bid: unknown[][], ask: unknown[][]): void {
    const book = JSON.stringify({ bid, ask });
    if (book !== this.before) this.books.push(`${tsEventNs} ${book}`);
    this.before = book;
  }
}

const END_OF_EVENT = 128;

describe('price-addressed books in mbp10', function () {
  this.timeout(60_000);
  const rig = new StoreRig();

  async function storedBooks(feed: string): Promise<string[]> {
    const history = new BookHistory();
    for (const row of await rig.rows({ dataset: 'mbp10', feed }))
      if ((row.flags as number) & END_OF_EVENT)
        history.add(row.ts_event as bigint, levelsIn(row, 'bid'), levelsIn(row, 'ask'));
    return history.books;
  }

  it('are those of a sorted map after every batch of the .depth file', async () => {
    await rig.import(REAL_FILES.sierraDepth);
    const bytes = readFileSync(REAL_FILES.sierraDepth);
    const book = new MapBook();
    const expected = new BookHistory();
    for (let at = 64; at + 24 <= bytes.length; at += 24) {
      const [command, flags] = [bytes[at + 8]!, bytes[at + 9]!];
      const price = Number(bytes.readFloatLE(at + 12).toPrecision(7));
      const [size, orders] = [bytes.readUInt32LE(at + 16), bytes.readUInt16LE(at + 10)];
      if (command === 1) book.clear();
      else book.set(command % 2 === 0 ? 'bid' : 'ask', price, command >= 6 ? 0 : size, orders);
      // Microseconds since 1899-12-30.
      const ns = (bytes.readBigInt64LE(at) - 2_209_161_600_000_000n) * 1000n;
      if (flags & 1) expected.add(ns, book.levels('bid'), book.levels('ask'));
    }
    const stored = await storedBooks('sierra-depth');
    assert.ok(stored.length > 200, `${stored.length} books`);
    assert.deepEqual(stored, expected.books);
  });

  for (const [feed, file] of [
    ['binance-spot', REAL_FILES.spot],
    ['binance-usdm', REAL_FILES.usdm],
  ] as const)
    it(`are those of a sorted map after every message of ${feed}`, async () => {
      await rig.import(file);
      const stored = await storedBooks(feed);
      assert.ok(stored.length > 1000, `${stored.length} books`);
      assert.deepEqual(stored, binanceBooks(gunzipSync(readFileSync(file)).toString()));
    });

  it('are the records of ESU4 themselves, where only the best level is sent', async () => {
    await rig.import(REAL_FILES.mbp1);
    const rows = await rig.rows({ dataset: 'mbp10' });
    const bytes = Buffer.from(decompress(readFileSync(REAL_FILES.mbp1)));
    const start = 8 + bytes.readUInt32LE(4);
    assert.equal(rows.length, (bytes.length - start) / 80);
    for (const [i, row] of rows.entries()) {
      const at = start + i * 80 + 48;
      const price = (offset: number) => Number(bytes.readBigInt64LE(at + offset)) / 1e9;
      const whole = (offset: number) => bytes.readUInt32LE(at + offset);
      assert.deepEqual(levelsIn(row, 'bid'), [[price(0), whole(16), whole(24)]], `row ${i}`);
      assert.deepEqual(levelsIn(row, 'ask'), [[price(8), whole(20), whole(28)]], `row ${i}`);
    }
  });
});

interface Update {
  readonly e: string;
  readonly E: number;
  readonly T?: number;
  readonly u: number;
  readonly b: [string, string][];
  readonly a: [string, string][];
}

interface Snapshot {
  readonly lastUpdateId: number;
  readonly bids: [string, string][];
  readonly asks: [string, string][];
}

/** As Binance prescribes: the snapshot, then the changes after it, those that came before the snapshot included. */
function binanceBooks(text: string): string[] {
  const messages = text
    .trimEnd()
    .split('\n')
    .map((line) => ({ ns: BigInt(line.slice(0, 19)), value: JSON.parse(line.slice(20)) }))
    .map(({ ns, value }) => ({ ns, message: (value.data ?? value) as Update | Snapshot }));
  const start = messages.find(({ message }) => 'lastUpdateId' in message)!;
  const { lastUpdateId, bids, asks } = start.message as Snapshot;
  const book = new MapBook();
  const history = new BookHistory();
  const apply = (ns: bigint, b: [string, string][], a: [string, string][]) => {
    for (const [price, size] of b) book.set('bid', Number(price), Number(size));
    for (const [price, size] of a) book.set('ask', Number(price), Number(size));
    history.add(ns, book.levels('bid'), book.levels('ask'));
  };
  apply(start.ns, bids, asks);
  for (const { message } of messages)
    if ('e' in message && message.e === 'depthUpdate' && message.u > lastUpdateId)
      apply(BigInt(message.T ?? message.E) * 1_000_000n, message.b, message.a);
  return history.books;
}
