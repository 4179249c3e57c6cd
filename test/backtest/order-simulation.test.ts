import assert from 'node:assert/strict';
import { EventTape } from '../../research/backtest/event-tape.js';
import { type OrderDesk, OrderSimulation, type Strategy } from '../../research/backtest/order-simulation.js';
import type { OrderReport, OwnOrder } from '../../research/backtest/own-order.js';
import { type QueueSpec, queueModelOf } from '../../research/backtest/queue-model.js';
import { type EventBatch, Side } from '../../shared/market/events/event-batch.js';
import { batchesOf, type TestEvent } from '../market/event.js';
import { RANDOM_START_NS, randomMarket } from '../market/random-market.js';

const MS = 1e6;
const LATENCY = { feedNs: 2 * MS, entryNs: 5 * MS, responseNs: 7 * MS };

/** Runs a strategy over events that are cut into batches, reused or not. */
function simulate(events: readonly TestEvent[], strategy: Strategy, batchEvents: number, isStable: boolean): void {
  const tape = new EventTape(events[0]!.tsNs, () => LATENCY.feedNs);
  const models = {
    ...{ levels: 10, queue: queueModelOf({ kind: 'none' } satisfies QueueSpec) },
    ...{ entry: () => LATENCY.entryNs, response: () => LATENCY.responseNs },
  };
  const simulation = new OrderSimulation(tape, models, strategy, null);
  for (const batch of batchesOf(events, batchEvents)) {
    tape.append(batch, isStable);
    if (!isStable) batch.size.fill(-1); // A reader reuses its columns.
    simulation.run(false);
  }
  simulation.run(true);
}

/** Sends, takes back and remembers, by a rule that looks at everything it is told. */
class Busy implements Strategy {
  readonly log: string[] = [];
  private order: OwnOrder | null = null;
  private sum = 0;
  private lastTicks = 11_000;

  onEvent(batch: EventBatch, i: number): void {
    this.sum = (this.sum * 31 + batch.size[i]! + batch.priceTicks[i]!) % 1_000_003;
    if (batch.priceTicks[i]! > 0) this.lastTicks = batch.priceTicks[i]!;
  }

  onReport({ order, kind, exchNs, contracts, priceTicks }: OrderReport): void {
    this.log.push(`${kind} ${order.id} ${exchNs} ${contracts}@${priceTicks}`);
    if (order.known === 'done') this.order = null;
  }

  onMoment(nowNs: number, desk: OrderDesk): void {
    this.log.push(`${nowNs} ${this.sum}`);
    if (this.order !== null) {
      if (this.sum % 3 === 0) desk.cancel(this.order);
      return;
    }
    const side = this.sum % 2 === 0 ? Side.bid : Side.ask;
    this.order = desk.place({
      side,
      limitTicks: this.lastTicks,
      contracts: 1 + (this.sum % 3),
      postOnly: this.sum % 5 === 0,
    });
  }
}

describe('the simulation of orders', () => {
  it('gives the same answers however the events are cut into batches, and whether their columns are reused', () => {
    const events = randomMarket(11, 6000);
    const run = (batchEvents: number, isStable: boolean) => {
      const busy = new Busy();
      simulate(events, busy, batchEvents, isStable);
      return busy.log;
    };
    const whole = run(10_000, true);
    assert.ok(whole.filter((line) => line.startsWith('filled')).length > 100);
    assert.ok(whole.filter((line) => line.startsWith('cancelled')).length > 50);
    for (const [batchEvents, isStable] of [
      [1, false],
      [37, false],
      [37, true],
      [4096, false],
    ] as const)
      assert.deepEqual(run(batchEvents, isStable), whole, `${batchEvents} ${isStable}`);
  });

  it('lets an order meet the book as it is when it arrives, and tells of it when the answer does', () => {
    const at = (ms: number, side: Side, operation: number, priceTicks: number, size: number): TestEvent => ({
      ...{ kind: 'depth', tsNs: RANDOM_START_NS + BigInt(ms * MS), operation, side, position: 0, priceTicks, size },
    });
    const events = [
      at(0, Side.bid, 0, 99, 5),
      at(0, Side.ask, 0, 101, 5),
      at(10, Side.ask, 1, 102, 5), // heard at 10 ms, happened at 8
      at(16, Side.ask, 1, 103, 5), // happened at 14, before the order arrives
      at(18, Side.ask, 1, 104, 5), // happened at 16, after it
      at(40, Side.bid, 1, 99, 4),
    ];
    const told: string[] = [];
    const base = Number(RANDOM_START_NS - (RANDOM_START_NS - (RANDOM_START_NS % 86_400_000_000_000n)));
    const ms = (ns: number) => (ns - base) / MS;
    let isSent = false;
    let nowMs = Number.NaN;
    simulate(
      events,
      {
        onEvent: () => undefined,
        onReport: ({ kind, exchNs, priceTicks }) => told.push(`${kind} ${priceTicks} at ${ms(exchNs)}, after ${nowMs}`),
        onMoment: (nowNs, desk) => {
          nowMs = ms(nowNs);
          if (nowMs !== 10 || isSent) return;
          isSent = true;
          desk.place({ side: Side.bid, limitTicks: null, contracts: 1, postOnly: false });
        },
      },
      2,
      false,
    );
    // Sent at 10, there at 15: the book then is that of 14. The answer arrives at 22.
    assert.deepEqual(told, ['filled 103 at 15, after 18']);
  });

  it('acts once for each receive time, when everything of that time is known', () => {
    const events = randomMarket(2, 500);
    const moments: number[] = [];
    let heard = 0;
    let heardAtMoment = 0;
    simulate(
      events,
      {
        onEvent: () => heard++,
        onReport: () => undefined,
        onMoment: (nowNs) => {
          moments.push(nowNs);
          heardAtMoment = heard;
        },
      },
      16,
      false,
    );
    assert.equal(moments.length, new Set(events.map(({ tsNs }) => tsNs)).size);
    assert.deepEqual(
      moments,
      [...new Set(moments)].sort((a, b) => a - b),
    );
    assert.equal(heardAtMoment, events.length);
  });
});
