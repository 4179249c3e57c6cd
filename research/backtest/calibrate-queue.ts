import { Failure } from '../../shared/failure.js';
import { TickScale } from '../../shared/market/events/tick-scale.js';
import type { EventStream } from '../replay/event-stream.js';
import { mergeStreams } from '../replay/merge-streams.js';
import type { BacktestSettings } from './backtest-settings.js';
import { EventTape } from './event-tape.js';
import { latencyOf } from './latency.js';
import { type OrderDesk, OrderSimulation, type Strategy } from './order-simulation.js';
import type { OrderReport, OwnOrder } from './own-order.js';
import { type QueueSpec, queueModelOf } from './queue-model.js';
import type { SentOrder } from './read-own-orders.js';

export interface Calibration {
  readonly queue: QueueSpec;
  /** Own orders that rested in the recorded market: what it was calibrated on. */
  readonly orders: number;
  /** Contracts by which simulated and real fills differ, as a share of the contracts sent. */
  readonly error: number;
}

/** From "what is cancelled stood ahead" to "only trades move us forward". */
const CANDIDATES: readonly QueueSpec[] = [
  ...[0.125, 0.25, 0.5, 1, 2, 4, 8].map((n) => ({ kind: 'power3', n }) as const),
  { kind: 'none' },
];
const ORDERS_MIN = 20;

/**
 * The queue model under which the own orders, sent again into the recorded market, are filled most nearly as they
 * really were; among equals the most conservative. Orders that took liquidity say nothing about queues and are left out.
 * @throws Failure 'TooFewOwnOrders'
 */
export async function calibrateQueue(
  streams: readonly EventStream[],
  sent: readonly SentOrder[],
  settings: BacktestSettings,
): Promise<Calibration> {
  const results: Calibration[] = [];
  // Fewer orders than are needed need no market to be counted; how many rested only the market says.
  requireEnough(sent.length < ORDERS_MIN ? 0 : ORDERS_MIN, sent);
  for (const queue of CANDIDATES) {
    const one = { queue, ...(await compare(streams, sent, { ...settings, queue })) };
    if (results.length === 0) requireEnough(one.orders, sent);
    results.push(one);
  }
  return results.reduce((best, one) => (one.error <= best.error ? one : best));
}

function requireEnough(orders: number, sent: readonly SentOrder[]): void {
  if (orders >= ORDERS_MIN) return;
  throw new Failure(
    'TooFewOwnOrders',
    `${orders} of the ${sent.length} own orders rested within the recorded market: at least ${ORDERS_MIN} are needed`,
    'use --fill conservative, or give more days',
  );
}

async function compare(streams: readonly EventStream[], sent: readonly SentOrder[], settings: BacktestSettings) {
  const { header, firstNs } = streams[0]!;
  const tape = new EventTape(firstNs, latencyOf(settings.feedLatency, 1));
  const again = new SentAgain(sent, new TickScale(header.tickSize), tape.baseNs);
  const models = {
    levels: header.levels,
    queue: queueModelOf(settings.queue),
    entry: latencyOf(settings.entryLatency, 2),
    response: latencyOf(settings.responseLatency, 3),
  };
  const simulation = new OrderSimulation(tape, models, again, null);
  for await (const { batch, begins } of mergeStreams(streams)) {
    if (begins) tape.appendReset(batch);
    tape.append(batch, false);
    simulation.run(false);
  }
  simulation.run(true);
  return again.score();
}

/** Sends recorded orders at their times and takes them back when they were. */
class SentAgain implements Strategy {
  private next = 0;
  private readonly live = new Set<{ readonly order: OwnOrder; readonly sent: SentOrder }>();
  private readonly over: { readonly order: OwnOrder; readonly sent: SentOrder }[] = [];
  private readonly took = new Set<OwnOrder>();
  private readonly baseMs: number;

  constructor(
    private readonly sent: readonly SentOrder[],
    private readonly scale: TickScale,
    baseNs: bigint,
  ) {
    this.baseMs = Number(baseNs / 1_000_000n);
  }

  onEvent(): void {}

  onReport({ order, kind, isMaker }: OrderReport): void {
    if (kind === 'filled' && !isMaker) this.took.add(order);
  }

  onMoment(nowNs: number, desk: OrderDesk): void {
    const nowMs = this.baseMs + nowNs / 1e6;
    for (; this.sent[this.next] && this.sent[this.next]!.sentMs <= nowMs; this.next++) {
      const sent = this.sent[this.next]!;
      const limitTicks = this.scale.ticksOf(sent.limitPrice);
      // A journal of other days than the market: the order was over before the market begins.
      if (Number.isNaN(limitTicks) || sent.endMs <= nowMs) continue;
      const { side, contracts } = sent;
      this.live.add({ order: desk.place({ side, limitTicks, contracts, postOnly: false }), sent });
    }
    for (const one of this.live) {
      if (one.order.known !== 'done' && one.sent.endMs > nowMs) continue;
      desk.cancel(one.order);
      if (one.order.known === 'sent') continue;
      this.live.delete(one);
      this.over.push(one);
    }
  }

  score(): { orders: number; error: number } {
    const rested = [...this.over, ...this.live].filter(({ order }) => !this.took.has(order));
    const contracts = rested.reduce((sum, { sent }) => sum + sent.contracts, 0);
    const wrong = rested.reduce(
      (sum, { order, sent }) => sum + Math.abs(order.contracts - order.leftContracts - sent.filledContracts),
      0,
    );
    return { orders: rested.length, error: contracts === 0 ? 0 : wrong / contracts };
  }
}
