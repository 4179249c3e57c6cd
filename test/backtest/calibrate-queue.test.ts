import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { backtestSettings } from '../../research/backtest/backtest-settings.js';
import { calibrateQueue } from '../../research/backtest/calibrate-queue.js';
import { EventTape } from '../../research/backtest/event-tape.js';
import { latencyOf } from '../../research/backtest/latency.js';
import { type OrderDesk, OrderSimulation, type Strategy } from '../../research/backtest/order-simulation.js';
import type { OrderReport, OwnOrder } from '../../research/backtest/own-order.js';
import { type QueueSpec, queueModelOf } from '../../research/backtest/queue-model.js';
import { readOwnOrders } from '../../research/backtest/read-own-orders.js';
import { queueByOwnOrders } from '../../research/monitor/day/own-queue.js';
import { type EventStream, openEventStream } from '../../research/replay/event-stream.js';
import { Side } from '../../shared/market/events/event-batch.js';
import { ES_SAMPLE } from '../market/sample-file.js';
import { Days } from './days.js';

const settings = backtestSettings.parse({});
const LIFETIME_NS = 4e9;

/** A world in which queues move by a known rule: joins the best bid and ask again and again, and keeps a journal. */
class Joiner implements Strategy {
  readonly lines: object[] = [];
  private readonly live: (OwnOrder | null)[] = [null, null];
  private readonly best = [Number.NaN, Number.NaN];

  constructor(private readonly baseNs: bigint) {}

  onEvent(
    batch: { side: Uint8Array; position: Uint8Array; kind: Uint8Array; priceTicks: Int32Array; operation: Uint8Array },
    i: number,
  ): void {
    if (batch.kind[i] === 0 && batch.position[i] === 0 && batch.operation[i] !== 2)
      this.best[batch.side[i]!] = batch.priceTicks[i]!;
  }

  onReport({ order, kind, exchNs, contracts }: OrderReport): void {
    if (kind === 'filled') this.write('fill', order, exchNs, { contracts });
    if (order.known === 'done') this.live[order.side] = null;
  }

  onMoment(nowNs: number, desk: OrderDesk): void {
    for (const side of [Side.ask, Side.bid]) {
      const order = this.live[side];
      if (order) {
        if (order.known !== 'working' || nowNs - order.sentNs < LIFETIME_NS) continue;
        desk.cancel(order);
        this.write('cancel', order, nowNs, {});
      } else if (this.best[Side.bid]! < this.best[Side.ask]!) {
        const ask = { side, limitTicks: this.best[side]!, contracts: 2, postOnly: false } as const;
        this.live[side] = desk.place(ask);
        const said = { side: side === Side.bid ? 'BUY' : 'SELL', contracts: 2, limitPrice: ask.limitTicks * 0.25 };
        this.write('intent', this.live[side], nowNs, said);
      }
    }
  }

  private write(kind: string, { id }: OwnOrder, ns: number, more: object): void {
    const marketTime = new Date(Number((this.baseNs + BigInt(Math.floor(ns))) / 1_000_000n)).toISOString();
    this.lines.push({ v: 1, kind, orderRef: `order-${id}`, marketTime, ...more });
  }
}

async function journalOf(stream: EventStream, queue: QueueSpec): Promise<string> {
  const tape = new EventTape(stream.firstNs, latencyOf(settings.feedLatency, 1));
  const joiner = new Joiner(tape.baseNs);
  const models = {
    ...{ levels: 10, queue: queueModelOf(queue) },
    ...{ entry: latencyOf(settings.entryLatency, 2), response: latencyOf(settings.responseLatency, 3) },
  };
  const simulation = new OrderSimulation(tape, models, joiner, null);
  for await (const batch of stream.batches()) {
    tape.append(batch, false);
    simulation.run(false);
  }
  simulation.run(true);
  return joiner.lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

describe('the calibration of queues', function () {
  this.timeout(120_000);
  let days: Days;
  before(async () => {
    days = await Days.make(1, 10);
  });
  after(() => days.remove());

  for (const truth of [{ kind: 'none' }, { kind: 'power3', n: 1 }, { kind: 'power3', n: 0.25 }] as const)
    it(`finds the rule ${JSON.stringify(truth)} by which own orders were filled`, async () => {
      const stream = await openEventStream(days.files[0]!);
      const journal = path.join(days.folder, 'orders-2014-01-02.jsonl');
      writeFileSync(journal, await journalOf(stream, truth));
      const own = await readOwnOrders([journal]);
      assert.ok(own.some(({ filledContracts }) => filledContracts > 0));
      const { queue, orders, error } = await calibrateQueue([stream], own, settings);
      assert.deepEqual(queue, truth);
      assert.ok(orders > 100 && error < 0.02, `${orders} orders, error ${error}`);
    });

  it('refuses to guess from a few orders', async () => {
    await assert.rejects(calibrateQueue([await openEventStream(ES_SAMPLE)], [], settings), /at least 20 are needed/);
    assert.equal(await queueByOwnOrders([], await openEventStream(ES_SAMPLE)), null, 'a monitored date says so');
  });

  it('names the line of a journal that it cannot read', async () => {
    const broken = path.join(days.folder, 'orders-broken.jsonl');
    writeFileSync(broken, '{"kind":"sent"}\n{"kind":"intent","orderRef":"x"}\n');
    await assert.rejects(readOwnOrders([broken]), /orders-broken\.jsonl \(line 2\)/);
  });
});
