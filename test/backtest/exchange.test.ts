import assert from 'node:assert/strict';
import { Exchange } from '../../research/backtest/exchange.js';
import { type OrderReport, OwnOrder } from '../../research/backtest/own-order.js';
import { type QueueSpec, queueModelOf } from '../../research/backtest/queue-model.js';
import { Side } from '../../shared/market/events/event-batch.js';
import { batchesOf, type TestEvent } from '../market/event.js';

const MID = 11_000;
const tsNs = 1_567_085_395_000_000_000n;
const depth = (operation: number, side: Side, position: number, priceTicks: number, size: number): TestEvent => ({
  ...{ kind: 'depth', tsNs, operation, side, position, priceTicks, size },
});
const trade = (aggressor: Side, priceTicks: number, size: number): TestEvent => ({
  ...{ kind: 'trade', tsNs, side: aggressor, priceTicks, size },
});

/** An exchange whose levels each show ten contracts, bids from 10,999 down, asks from 11,000 up. */
class Floor {
  readonly reports: OrderReport[] = [];
  readonly exchange: Exchange;
  private orders = 0;

  constructor(queue: QueueSpec = { kind: 'none' }, levels = 10) {
    this.exchange = new Exchange(10, queueModelOf(queue), (report) => this.reports.push(report));
    for (let k = 0; k < levels; k++) {
      this.see(depth(0, Side.bid, k, MID - 1 - k, 10));
      this.see(depth(0, Side.ask, k, MID + k, 10));
    }
  }

  see(...events: TestEvent[]): void {
    for (const batch of batchesOf(events)) for (let i = 0; i < batch.length; i++) this.exchange.onEvent(batch, i, 0);
  }

  send(side: Side, limitTicks: number | null, contracts = 1, postOnly = false): OwnOrder {
    const order = new OwnOrder(++this.orders, { side, limitTicks, contracts, postOnly }, 0);
    this.exchange.accept(order, 0);
    return order;
  }

  /** "kind contracts@price maker|taker", in order. */
  get told(): string[] {
    return this.reports.map(({ kind, contracts, priceTicks, isMaker }) =>
      kind === 'filled' ? `${contracts}@${priceTicks} ${isMaker ? 'maker' : 'taker'}` : kind,
    );
  }
}

describe('the exchange of a backtest', () => {
  it('serves the queue that stood before an order first, and then the order, in parts', () => {
    const floor = new Floor();
    const order = floor.send(Side.bid, MID - 1, 3);
    floor.see(trade(Side.ask, MID - 1, 10));
    assert.deepEqual(floor.told, ['accepted'], 'ten stood before it');
    floor.see(trade(Side.ask, MID - 1, 1), trade(Side.ask, MID - 1, 5));
    assert.deepEqual(floor.told, ['accepted', '1@10999 maker', '2@10999 maker']);
    assert.equal(order.isResting, false);
  });

  it('gives one trade to two own orders at a price once, the earlier one first', () => {
    const floor = new Floor();
    floor.send(Side.bid, MID - 1, 4);
    floor.send(Side.bid, MID - 1, 4);
    floor.see(trade(Side.ask, MID - 1, 16));
    assert.deepEqual(floor.told, ['accepted', 'accepted', '4@10999 maker', '2@10999 maker']);
  });

  it('fills a resting order in full where a trade prints behind it, or the other side reaches it', () => {
    const floor = new Floor();
    floor.send(Side.bid, MID - 1, 4);
    floor.see(trade(Side.ask, MID - 2, 1));
    floor.send(Side.ask, MID, 2);
    floor.see(depth(2, Side.ask, 0, 0, 0), depth(0, Side.bid, 0, MID, 1));
    assert.deepEqual(floor.told, ['accepted', '4@10999 maker', 'accepted', '2@11000 maker']);
  });

  it('does not fill on trades of the same side, nor on trades between the quotes without an aggressor', () => {
    const floor = new Floor();
    floor.see(depth(2, Side.ask, 0, 0, 0));
    floor.send(Side.bid, MID - 1, 1);
    floor.see(trade(Side.bid, MID + 1, 99), trade(Side.none, MID, 99));
    assert.deepEqual(floor.told, ['accepted']);
    floor.see(trade(Side.none, MID - 1, 11));
    assert.deepEqual(floor.told, ['accepted', '1@10999 maker'], 'at the bid: sold');
  });

  it('moves an order forward on cancellations only as the model says', () => {
    const cancelled = (queue: QueueSpec) => {
      const floor = new Floor(queue);
      const order = floor.send(Side.bid, MID - 1);
      floor.see(depth(1, Side.bid, 0, MID - 1, 30), depth(1, Side.bid, 0, MID - 1, 24));
      return order.aheadContracts;
    };
    assert.equal(cancelled({ kind: 'none' }), 10);
    // 10 ahead, 20 behind, 6 leave: a third of them from ahead.
    assert.equal(cancelled({ kind: 'power3', n: 1 }), 8);
    assert.equal(cancelled({ kind: 'power', n: 1 }), 8);
    assert.equal(Math.round(1e6 * cancelled({ kind: 'power', n: 3 })), Math.round(1e6 * (10 - 6 / 9)));
    const log = cancelled({ kind: 'log' });
    assert.ok(Math.abs(log - (10 - 6 * (Math.log(11) / (Math.log(11) + Math.log(21))))) < 1e-9);
  });

  it('never thinks that more stand before an order than its level shows', () => {
    const floor = new Floor();
    const order = floor.send(Side.bid, MID - 1);
    floor.see(depth(1, Side.bid, 0, MID - 1, 4));
    assert.equal(order.aheadContracts, 4);
    floor.see(depth(1, Side.bid, 0, MID - 1, 40));
    assert.equal(order.aheadContracts, 4, 'who comes later stands behind');
  });

  it('walks the visible levels with an order that takes, and lets the rest stand at its limit', () => {
    const floor = new Floor();
    const order = floor.send(Side.bid, MID + 1, 25);
    assert.deepEqual(floor.told, ['10@11000 taker', '10@11001 taker', 'accepted']);
    assert.deepEqual([order.leftContracts, order.aheadContracts], [5, 0]);
  });

  it('cancels what a market order does not get, and refuses to take for a post-only order', () => {
    const floor = new Floor({ kind: 'none' }, 2);
    floor.send(Side.ask, null, 25);
    floor.send(Side.bid, MID, 1, true);
    assert.deepEqual(floor.told, ['10@10999 taker', '10@10998 taker', 'cancelled', 'refused']);
  });

  it('keeps the place of an order whose level is out of sight, and takes up there again', () => {
    const floor = new Floor();
    const order = floor.send(Side.bid, MID - 10);
    floor.see(depth(0, Side.bid, 0, MID, 5), depth(0, Side.bid, 0, MID + 1, 5));
    assert.equal(order.aheadContracts, 10);
    floor.see(depth(2, Side.bid, 0, 0, 0), depth(0, Side.bid, 9, MID - 10, 7));
    assert.equal(order.aheadContracts, 7);
    // The next level that comes into sight lies behind the order's: nothing is left at its price.
    floor.see(depth(2, Side.bid, 9, 0, 0), depth(0, Side.bid, 9, MID - 12, 7));
    assert.equal(order.aheadContracts, 0);
  });

  it('knows nothing of a queue after a gap until the level is shown again, and then stands at its end', () => {
    const floor = new Floor();
    const order = floor.send(Side.bid, MID - 1);
    floor.see({ kind: 'gap', tsNs }, trade(Side.ask, MID - 1, 50));
    assert.deepEqual(floor.told, ['accepted']);
    floor.see(depth(0, Side.bid, 0, MID - 1, 8));
    assert.equal(order.aheadContracts, 8);
    assert.equal(floor.send(Side.ask, MID).aheadContracts, Number.POSITIVE_INFINITY, 'no book on its side');
  });

  it('cancels an order that rests, and says nothing of one that is over', () => {
    const floor = new Floor();
    const order = floor.send(Side.bid, MID - 1);
    floor.exchange.cancel(order, 0);
    floor.exchange.cancel(order, 0);
    assert.deepEqual(floor.told, ['accepted', 'cancelled']);
  });
});
