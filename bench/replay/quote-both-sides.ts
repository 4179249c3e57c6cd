import { EventTape } from '../../research/backtest/event-tape.js';
import { type OrderDesk, OrderSimulation, type Strategy } from '../../research/backtest/order-simulation.js';
import type { OrderReport, OwnOrder } from '../../research/backtest/own-order.js';
import { type QueueSpec, queueModelOf } from '../../research/backtest/queue-model.js';
import { Book } from '../../shared/market/book/book.js';
import { type EventBatch, EventKind, Side } from '../../shared/market/events/event-batch.js';
import type { LoadedTape } from './load-tape.js';

/** Latencies and limits of the strategy; peers/hftbacktest_peer.py has the same. */
export const MAKER = {
  feedNs: 2_000_000,
  entryNs: 5_000_000,
  responseNs: 5_000_000,
  positionMax: 5,
} as const;

/** One fill, as both sides write it down. */
export interface MakerFill {
  /** Exchange time, ns since the epoch. */
  readonly ns: bigint;
  /** 1 bought, -1 sold. */
  readonly sign: number;
  readonly priceTicks: number;
}

/** Quotes one contract on each side on every event, over the whole tape. */
export function makeMarket({ batches }: LoadedTape, queue: QueueSpec): { fills: MakerFill[]; orders: number } {
  const first = batches[0]!;
  const tape = new EventTape(first.baseNs + BigInt(first.tsRecvNs[0]!), () => MAKER.feedNs);
  const maker = new QuoteBothSides(tape.baseNs);
  const models = {
    levels: 10,
    queue: queueModelOf(queue),
    entry: () => MAKER.entryNs,
    response: () => MAKER.responseNs,
  };
  const simulation = new OrderSimulation(tape, models, maker, null);
  for (const batch of batches) {
    tape.append(batch, true);
    simulation.run(false);
  }
  simulation.run(true);
  return { fills: maker.fills, orders: maker.orders };
}

/**
 * The quotes stand at the best prices as they are known here, one tick further away for each contract held in their
 * direction. An order at another price is cancelled, and the next one is sent when it is known to be gone.
 */
class QuoteBothSides implements Strategy {
  readonly fills: MakerFill[] = [];
  orders = 0;
  private readonly book = new Book();
  private position = 0;
  private bid: OwnOrder | null = null;
  private ask: OwnOrder | null = null;

  constructor(private readonly baseNs: bigint) {}

  onEvent(batch: EventBatch, i: number): void {
    const kind = batch.kind[i]!;
    if (kind === EventKind.depth)
      this.book.apply(batch.operation[i]!, batch.side[i]!, batch.position[i]!, batch.priceTicks[i]!, batch.size[i]!);
    else if (kind !== EventKind.trade) this.book.clear();
  }

  onReport({ order, kind, exchNs, priceTicks, contracts }: OrderReport): void {
    if (kind !== 'filled') return;
    const sign = order.side === Side.bid ? 1 : -1;
    this.position += sign * contracts;
    this.fills.push({ ns: this.baseNs + BigInt(exchNs), sign, priceTicks });
  }

  onMoment(_nowNs: number, desk: OrderDesk): void {
    const { book, position } = this;
    if (book.count[Side.bid] === 0 || book.count[Side.ask] === 0) return;
    const bidTicks = book.priceTicks[book.levels]! - (position > 0 ? position : 0);
    const askTicks = book.priceTicks[0]! + (position < 0 ? -position : 0);
    this.bid = this.quote(this.bid, Side.bid, bidTicks, position < MAKER.positionMax, desk);
    this.ask = this.quote(this.ask, Side.ask, askTicks, position > -MAKER.positionMax, desk);
  }

  private quote(
    order: OwnOrder | null,
    side: Side,
    limitTicks: number,
    isWanted: boolean,
    desk: OrderDesk,
  ): OwnOrder | null {
    if (order !== null && order.known !== 'done') {
      if (order.limitTicks !== limitTicks) desk.cancel(order);
      return order;
    }
    if (!isWanted) return null;
    this.orders++;
    return desk.place({ side, limitTicks, contracts: 1, postOnly: true });
  }
}
