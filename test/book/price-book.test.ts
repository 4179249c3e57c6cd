import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PriceBook } from '../../shared/market/book/price-book.js';
import { Side } from '../../shared/market/events/event-batch.js';

describe('the price-addressed book', () => {
  it('holds what a sorted map of sizes holds, on random streams of any depth', () => {
    const change = fc.record({
      side: fc.constantFrom(Side.ask, Side.bid),
      priceTicks: fc.integer({ min: -100, max: 100 }),
      size: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 500 })),
    });
    const property = fc.property(fc.array(change, { maxLength: 400 }), (changes) => {
      const book = new PriceBook();
      const reference = [new Map<number, number>(), new Map<number, number>()];
      for (const { side, priceTicks, size } of changes) {
        book.setLevel(side, priceTicks, size);
        if (size === 0) reference[side]!.delete(priceTicks);
        else reference[side]!.set(priceTicks, size);
      }
      for (const side of [Side.ask, Side.bid]) {
        const expected = [...reference[side]!].sort(([a], [b]) => (side === Side.ask ? a - b : b - a));
        const count = book.count[side]!;
        const actual = Array.from({ length: count }, (_, k) => [book.prices(side)[k], book.sizes(side)[k]]);
        assert.deepEqual(actual, expected);
      }
      const bestAsk = Math.min(...reference[Side.ask]!.keys());
      const bestBid = Math.max(...reference[Side.bid]!.keys());
      const isTwoSided = reference[0]!.size > 0 && reference[1]!.size > 0;
      assert.equal(book.isConsistent(), isTwoSided && bestBid < bestAsk);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('counts the orders of a level, and gives the position of what changed', () => {
    const book = new PriceBook();
    assert.equal(book.changeLevel(Side.bid, 10, 5, 1), 0);
    assert.equal(book.changeLevel(Side.bid, 12, 2, 1), 0);
    assert.equal(book.changeLevel(Side.bid, 10, 3, 1), 1);
    assert.deepEqual([...book.sizes(Side.bid).subarray(0, 2)], [2, 8]);
    assert.deepEqual([...book.orders(Side.bid).subarray(0, 2)], [1, 2]);
    assert.equal(book.changeLevel(Side.bid, 12, -2, -1), 0);
    assert.equal(book.setLevel(Side.bid, 11, 0), -1);
    assert.deepEqual([...book.prices(Side.bid).subarray(0, book.count[Side.bid])], [10]);
  });

  it('is empty after clear', () => {
    const book = new PriceBook();
    book.setLevel(Side.bid, 10, 1);
    book.setLevel(Side.ask, 11, 1);
    assert.equal(book.isConsistent(), true);
    book.clear();
    assert.deepEqual([...book.count], [0, 0]);
    assert.equal(book.isConsistent(), false);
  });
});
