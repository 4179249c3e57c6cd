import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Book } from '../../shared/market/book/book.js';
import { PriceBook } from '../../shared/market/book/price-book.js';
import { ShownLevels } from '../../shared/market/book/shown-levels.js';
import { DepthOperation, Side } from '../../shared/market/events/event-batch.js';
import { type Levels, levelsOf } from './segment-events.js';

const side = fc.constantFrom(Side.ask, Side.bid);
/** Few prices, so that levels come, go and are pushed out; bids and asks may cross, as in the middle of a batch. */
const level = fc.record({ side, price: fc.nat(20), size: fc.nat(4) });
const step = fc.oneof({ weight: 12, arbitrary: level }, { weight: 1, arbitrary: fc.constant('clear' as const) });
type Step = 'clear' | { side: Side; price: number; size: number };

describe('what readers are shown of a price-addressed book', () => {
  for (const levels of [1, 3, 10])
    it(`gives a book of ${levels} levels, operation by operation, the first levels of it`, () => {
      const property = fc.property(fc.array(fc.array(step, { maxLength: 12 }), { maxLength: 40 }), (batches) => {
        const [book, reader] = [new PriceBook(), new Book(levels)];
        let shown = new ShownLevels(levels);
        for (const [i, batch] of batches.entries()) {
          for (const one of batch) apply(book, one);
          for (const { operation, side, position, price, size } of shown.follow(book))
            reader.apply(operation, side, position, price, size);
          assert.deepEqual(levelsOf(reader), firstOf(book, levels));
          assert.deepEqual(shown.levels(), firstOf(book, levels));
          if (i % 3 === 0) shown = restored(shown, levels);
        }
        assert.equal(reader.counters.outOfRange + reader.counters.appendedUpdates, 0, 'each names a level');
      });
      fc.assert(property, { numRuns: 300 });
    });

  it('takes one operation for a change of one level, two where one comes up from behind', () => {
    const property = fc.property(fc.array(level, { maxLength: 60 }), level, (before, change) => {
      const book = new PriceBook();
      const shown = new ShownLevels(10);
      for (const one of before) apply(book, one);
      shown.follow(book);
      const held = book.count[change.side]!;
      const first = firstOf(book, 10);
      const position = book.setLevel(change.side, change.price, change.size);
      const operations = shown.follow(book).map(({ operation }) => operation);
      const isSame = JSON.stringify(first) === JSON.stringify(firstOf(book, 10));
      if (isSame) assert.deepEqual(operations, []);
      else if (change.size === 0)
        assert.deepEqual(operations, [DepthOperation.delete, ...(held > 10 ? [DepthOperation.insert] : [])]);
      else assert.equal(operations.length, 1);
      assert.ok(isSame || position < 10);
    });
    fc.assert(property, { numRuns: 1000 });
  });
});

function apply(book: PriceBook, step: Step): void {
  if (step === 'clear') book.clear();
  else book.setLevel(step.side, step.price, step.size);
}

function restored(shown: ShownLevels, levels: number): ShownLevels {
  const anew = new ShownLevels(levels);
  anew.restore(shown.levels());
  return anew;
}

function firstOf(book: PriceBook, levels: number): Levels {
  return [Side.ask, Side.bid].map((of) =>
    Array.from({ length: Math.min(levels, book.count[of]!) }, (_, i): [number, number] => [
      book.prices(of)[i]!,
      book.sizes(of)[i]!,
    ]),
  );
}
