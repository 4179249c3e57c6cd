import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ASK, BID, Book, INSERT } from '../../simulator/market/book.js';
import {
  fillFromTrade,
  fillsFromBook,
  type Matchable,
  queueShownAt,
  updateQueue,
} from '../../simulator/orders/matching.js';

function bookOf(bids: [number, number][], asks: [number, number][], levels = 10): Book {
  const book = new Book(levels);
  for (const [at, [ticks, size]] of bids.entries()) book.apply(INSERT, BID, at, ticks, size);
  for (const [at, [ticks, size]] of asks.entries()) book.apply(INSERT, ASK, at, ticks, size);
  return book;
}

const order = (side: 'BUY' | 'SELL', limitTicks: number | undefined, remaining: number, queueAhead = 0): Matchable => ({
  side,
  limitTicks,
  remaining,
  queueAhead,
});

describe('matching', () => {
  it('walks the other side level by level and stops at the limit', () => {
    const book = bookOf(
      [[99, 5]],
      [
        [100, 3],
        [101, 4],
        [102, 50],
      ],
    );
    assert.deepEqual(fillsFromBook(order('BUY', 101, 20), book, new Map(), false), [
      { priceTicks: 100, size: 3, liquidity: 2 },
      { priceTicks: 101, size: 4, liquidity: 2 },
    ]);
  });

  it('takes what a level shows once, until the tape touches the level again', () => {
    const book = bookOf([[99, 5]], [[100, 3]]);
    const taken = new Map<number, number>();
    assert.equal(fillsFromBook(order('BUY', 100, 2), book, taken, false)[0]?.size, 2);
    assert.equal(fillsFromBook(order('BUY', 100, 2), book, taken, false)[0]?.size, 1);
    assert.deepEqual(fillsFromBook(order('BUY', 100, 2), book, taken, false), []);
    taken.delete(100);
    assert.equal(fillsFromBook(order('BUY', 100, 2), book, taken, false)[0]?.size, 2);
  });

  it('serves the queue before the order, and the order only with what is left of a trade', () => {
    const resting = order('BUY', 99, 10, 7);
    assert.equal(fillFromTrade(resting, 99, 5, false), 0);
    assert.equal(resting.queueAhead, 2);
    assert.equal(fillFromTrade(resting, 99, 5, false), 3);
    assert.equal(resting.queueAhead, 0);
  });

  it('gives nothing for a trade that the same side started, or at a worse price', () => {
    assert.equal(fillFromTrade(order('BUY', 99, 10), 99, 5, true), 0);
    assert.equal(fillFromTrade(order('BUY', 99, 10), 100, 5, false), 0);
    assert.equal(fillFromTrade(order('SELL', 101, 10), 101, 5, false), 0);
  });

  it('fills a trade through the price at most with its own size', () => {
    assert.equal(fillFromTrade(order('BUY', 99, 10, 1000), 98, 4, false), 4);
    assert.equal(fillFromTrade(order('SELL', 101, 3, 1000), 102, 4, undefined), 3);
  });

  it('queues behind what its price shows: nothing in a gap, the unknown beyond the visible book', () => {
    const full = bookOf(
      [
        [99, 5],
        [97, 6],
      ],
      [
        [101, 1],
        [102, 1],
      ],
      2,
    );
    assert.equal(queueShownAt(order('BUY', 99, 1), full), 5);
    assert.equal(queueShownAt(order('BUY', 98, 1), full), 0);
    assert.equal(queueShownAt(order('BUY', 100, 1), full), 0);
    assert.equal(queueShownAt(order('BUY', 96, 1), full), Number.POSITIVE_INFINITY);
    assert.equal(queueShownAt(order('SELL', 103, 1), full), Number.POSITIVE_INFINITY);
  });

  it('never lets the queue grow, never fills more than is left, and never more than the tape traded', () => {
    const events = fc.array(
      fc.oneof(
        fc.record({
          kind: fc.constant('trade' as const),
          ticks: fc.integer({ min: 96, max: 102 }),
          size: fc.integer({ min: 1, max: 30 }),
          buyer: fc.option(fc.boolean(), { nil: undefined }),
        }),
        fc.record({ kind: fc.constant('level' as const), size: fc.integer({ min: 0, max: 50 }) }),
      ),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('BUY' as const, 'SELL' as const),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 60 }),
        events,
        (side, quantity, ahead, script) => {
          const price = 99;
          let resting = order(side, price, quantity, ahead);
          let filled = 0;
          let traded = 0;
          for (const event of script) {
            const before = resting.queueAhead;
            if (event.kind === 'trade') {
              const fill = fillFromTrade(resting, event.ticks, event.size, event.buyer);
              assert.ok(fill >= 0 && fill <= Math.min(resting.remaining, event.size));
              filled += fill;
              traded += event.size;
              resting = { ...resting, remaining: resting.remaining - fill };
            } else {
              const rows: [number, number][] = event.size === 0 ? [[90, 1]] : [[price, event.size]];
              updateQueue(
                resting,
                side === 'BUY'
                  ? bookOf(rows, [])
                  : bookOf(
                      [],
                      rows.map(([ticks, size]) => [ticks === 90 ? 110 : ticks, size]),
                    ),
              );
            }
            assert.ok(resting.queueAhead <= before);
          }
          assert.ok(filled <= quantity && filled <= traded);
        },
      ),
    );
  });
});
