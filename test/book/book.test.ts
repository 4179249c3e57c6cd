import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Book } from '../../shared/market/book/book.js';
import { DepthOperation, EventKind, Side } from '../../shared/market/events/event-batch.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { ES_SAMPLE } from '../market/sample-file.js';
import { type Level, SpliceBook } from './splice-book.js';

const { insert, update, delete: remove } = DepthOperation;

function levelsOf(book: Book, side: number): Level[] {
  return Array.from({ length: book.count[side]! }, (_, k) => ({
    priceTicks: book.priceTicks[side * book.levels + k]!,
    size: book.size[side * book.levels + k]!,
  }));
}

function assertSame(book: Book, reference: SpliceBook): void {
  assert.deepEqual([levelsOf(book, 0), levelsOf(book, 1)], reference.sides);
  assert.equal(book.counters.outOfRange, reference.outOfRange);
}

describe('the ten-level book', () => {
  it('agrees with an array that is spliced, on 1,000 random streams', () => {
    const operation = fc.record({
      operation: fc.integer({ min: 0, max: 2 }),
      side: fc.integer({ min: 0, max: 1 }),
      position: fc.integer({ min: 0, max: 12 }),
      priceTicks: fc.integer({ min: 90, max: 110 }),
      size: fc.integer({ min: 0, max: 1000 }),
    });
    const property = fc.property(fc.array(operation, { maxLength: 120 }), (operations) => {
      const book = new Book();
      const reference = new SpliceBook();
      for (const { operation, side, position, priceTicks, size } of operations) {
        book.apply(operation, side, position, priceTicks, size);
        reference.apply(operation, side, position, priceTicks, size);
        assert.equal(book.isConsistent(), reference.isConsistent());
      }
      assertSame(book, reference);
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('agrees with the spliced array on every operation of the real sample, and is consistent at the end of each event', async () => {
    const book = new Book();
    const reference = new SpliceBook();
    const file = await openDepthFile(ES_SAMPLE);
    for await (const batch of file.batches()) {
      for (let i = 0; i < batch.length; i++) {
        if (batch.kind[i] !== EventKind.depth) continue;
        const operation = [
          batch.operation[i]!,
          batch.side[i]!,
          batch.position[i]!,
          batch.priceTicks[i]!,
          batch.size[i]!,
        ] as const;
        book.apply(...operation);
        reference.apply(...operation);
        assertSame(book, reference);
        if (batch.last[i]) assert.ok(book.isConsistent(), `event ${batch.seq[i]} leaves the book unsorted or crossed`);
      }
    }
    assert.deepEqual(
      { ...book.counters, truncated: 0 },
      { outOfRange: 0, appendedUpdates: 0, truncated: 0, resets: 0, inconsistent: 0 },
    );
  });

  it('shifts deeper levels down on an insert and up on a delete', () => {
    const book = new Book();
    for (const [position, price] of [100, 99, 98].entries()) book.apply(insert, Side.bid, position, price, price);
    book.apply(insert, Side.bid, 0, 101, 101);
    assert.deepEqual(
      levelsOf(book, Side.bid).map((level) => level.priceTicks),
      [101, 100, 99, 98],
    );
    book.apply(remove, Side.bid, 0, 0, 0);
    assert.deepEqual(
      levelsOf(book, Side.bid).map((level) => level.size),
      [100, 99, 98],
    );
  });

  it('appends on an update just behind the last level, and counts and ignores what addresses no level', () => {
    const book = new Book();
    book.apply(update, Side.ask, 0, 50, 5);
    book.apply(update, Side.ask, 2, 52, 5);
    book.apply(remove, Side.ask, 1, 0, 0);
    book.apply(insert, Side.ask, 3, 53, 5);
    book.apply(insert, Side.ask, 255, 53, 5);
    assert.deepEqual(levelsOf(book, Side.ask), [{ priceTicks: 50, size: 5 }]);
    assert.equal(book.counters.appendedUpdates, 1);
    assert.equal(book.counters.outOfRange, 4);
  });

  it('calls one-sided, unsorted and crossed books inconsistent, and a cleared one too', () => {
    const book = new Book();
    book.apply(insert, Side.ask, 0, 101, 1);
    assert.equal(book.isConsistent(), false);
    book.apply(insert, Side.bid, 0, 100, 1);
    assert.equal(book.isConsistent(), true);
    book.apply(insert, Side.bid, 1, 100, 1);
    assert.equal(book.isConsistent(), false);
    book.apply(update, Side.bid, 1, 99, 1);
    assert.equal(book.isConsistent(), true);
    book.apply(update, Side.bid, 0, 101, 1);
    assert.equal(book.isConsistent(), false);
    book.clear();
    assert.equal(book.isConsistent(), false);
    assert.equal(book.counters.inconsistent, 4);
  });
});
