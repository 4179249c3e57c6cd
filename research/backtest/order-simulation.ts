import type { EventBatch } from '../../shared/market/events/event-batch.js';
import type { EventTape, TapeBatch } from './event-tape.js';
import { Exchange } from './exchange.js';
import type { Latency } from './latency.js';
import { MessageQueue } from './message-queue.js';
import { type OrderAsk, type OrderReport, OwnOrder } from './own-order.js';
import type { QueueModel } from './queue-model.js';

/** What trades. It sees the market and the answers to its orders when they arrive, not when they happen. */
export interface Strategy {
  /** A market event arrives. */
  onEvent(batch: EventBatch, i: number): void;
  onReport(report: OrderReport): void;
  /** Everything that arrived or happened until this time has been told: the moment to act. */
  onMoment(nowNs: number, desk: OrderDesk): void;
}

/** How a strategy sends orders, at the moment it is asked. */
export interface OrderDesk {
  place(ask: OrderAsk): OwnOrder;
  /** Ignored unless the order is known to work. */
  cancel(order: OwnOrder): void;
}

export interface SimulationModels {
  readonly levels: number;
  readonly queue: QueueModel;
  /** Order -> exchange, and its answer back; by the order's id. */
  readonly entry: Latency;
  readonly response: Latency;
  /** Told of a fill when it happens at the exchange; we hear of it later. */
  readonly onFill?: (fill: OrderReport) => void;
}

/** Told of every event after it happened at the exchange. */
export type OnExchangeEvent = (exchange: Exchange, nowNs: number) => void;

/**
 * Market, orders and answers in one order of time: at the same nanosecond what arrives here goes before what happens at
 * the exchange, and the market before orders, as in hftbacktest. The strategy acts once for each receive time.
 */
export class OrderSimulation implements OrderDesk {
  readonly exchange: Exchange;
  private readonly requests = new MessageQueue<{ readonly order: OwnOrder; readonly isCancel: boolean }>();
  private readonly reports = new MessageQueue<OrderReport>();
  private readonly local: TapeCursor;
  private readonly exch: TapeCursor;
  /** Receive time of the events that the strategy has seen but not acted on yet. */
  private momentNs = Number.POSITIVE_INFINITY;
  private nowNs = Number.NEGATIVE_INFINITY;
  private orderCount = 0;

  constructor(
    private readonly tape: EventTape,
    private readonly models: SimulationModels,
    private readonly strategy: Strategy,
    private readonly onExchangeEvent: OnExchangeEvent | null,
  ) {
    this.exchange = new Exchange(models.levels, models.queue, (report) => this.sendBack(report));
    this.local = new TapeCursor(tape, 'recvNs');
    this.exch = new TapeCursor(tape, 'exchNs');
  }

  /**
   * Goes on as far as the tape reaches: until the exchange has seen its last event.
   * @param isEnd no more batches follow: goes on until everything has arrived
   */
  run(isEnd: boolean): void {
    const { local, exch, requests, reports } = this;
    local.look();
    exch.look();
    for (;;) {
      const exchNs = exch.nextNs;
      if (exchNs === Number.POSITIVE_INFINITY && !isEnd) return;
      const localNs = local.nextNs;
      const reportNs = reports.nextNs;
      const requestNs = requests.nextNs;
      const arrivesNs = localNs <= reportNs ? localNs : reportNs;
      const happensNs = exchNs <= requestNs ? exchNs : requestNs;
      const nextNs = arrivesNs <= happensNs ? arrivesNs : happensNs;
      if (nextNs > this.momentNs) this.act();
      else if (nextNs === Number.POSITIVE_INFINITY) return;
      else if (arrivesNs <= happensNs) {
        if (localNs <= reportNs) this.hear(localNs);
        else this.learn(reports.receive());
      } else if (exchNs <= requestNs) this.happen(exchNs);
      else this.arrive(requestNs);
    }
  }

  place(ask: OrderAsk): OwnOrder {
    const order = new OwnOrder(++this.orderCount, ask, this.nowNs);
    this.requests.send({ order, isCancel: false }, this.nowNs + this.models.entry(order.id));
    return order;
  }

  cancel(order: OwnOrder): void {
    if (order.known !== 'working') return;
    order.known = 'cancelling';
    this.requests.send({ order, isCancel: true }, this.nowNs + this.models.entry(order.id));
  }

  private act(): void {
    this.nowNs = this.momentNs;
    this.momentNs = Number.POSITIVE_INFINITY;
    this.strategy.onMoment(this.nowNs, this);
  }

  private hear(nowNs: number): void {
    const { local } = this;
    this.strategy.onEvent(local.current!.batch, local.row);
    this.momentNs = nowNs;
    if (local.advance()) this.dropSeen();
  }

  private learn(report: OrderReport): void {
    const { order } = report;
    switch (report.kind) {
      case 'accepted':
        order.known = 'working';
        break;
      case 'filled':
        order.knownFilled += report.contracts;
        if (order.knownFilled === order.contracts) order.known = 'done';
        break;
      case 'cancelled':
      case 'refused':
        order.known = 'done';
    }
    this.strategy.onReport(report);
  }

  private happen(nowNs: number): void {
    const { exch, exchange } = this;
    exchange.onEvent(exch.current!.batch, exch.row, nowNs);
    this.onExchangeEvent?.(exchange, nowNs);
    if (exch.advance()) this.dropSeen();
  }

  private dropSeen(): void {
    if (!this.local.isPastFirst || !this.exch.isPastFirst) return;
    this.tape.dropFirst();
    this.local.firstDropped();
    this.exch.firstDropped();
  }

  private arrive(nowNs: number): void {
    const { order, isCancel } = this.requests.receive();
    if (isCancel) this.exchange.cancel(order, nowNs);
    else this.exchange.accept(order, nowNs);
  }

  private sendBack(report: OrderReport): void {
    if (report.kind === 'filled') this.models.onFill?.(report);
    this.reports.send(report, report.exchNs + this.models.response(report.order.id));
  }
}

/** A place on the tape, by when events are received or when they happened. */
class TapeCursor {
  row = 0;
  current: TapeBatch | undefined;
  /** Time of the next event; Infinity where the tape ends. */
  nextNs = Number.POSITIVE_INFINITY;
  private times: Float64Array = new Float64Array(0);
  private length = 0;
  private index = 0;

  constructor(
    private readonly tape: EventTape,
    private readonly by: 'recvNs' | 'exchNs',
  ) {}

  /** More may have come. */
  look(): void {
    if (this.current !== undefined) return;
    this.current = this.tape.at(this.index);
    if (this.current === undefined) return;
    this.times = this.current[this.by];
    this.length = this.current.batch.length;
    this.nextNs = this.times[0]!;
  }

  /** @returns whether that was the last event of its batch */
  advance(): boolean {
    if (++this.row < this.length) {
      this.nextNs = this.times[this.row]!;
      return false;
    }
    this.row = 0;
    this.index++;
    this.current = undefined;
    this.nextNs = Number.POSITIVE_INFINITY;
    this.look();
    return true;
  }

  /** It needs the first batch of the tape no more. */
  get isPastFirst(): boolean {
    return this.index > 0;
  }

  firstDropped(): void {
    this.index--;
  }
}
