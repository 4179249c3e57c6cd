import { calendarOfInstrument } from '../../shared/market/calendar/product-calendars.js';
import { BAR_MS, type Bar } from '../../shared/market/events/bar.js';
import {
  createEventBatch,
  DepthOperation,
  type EventBatch,
  EventKind,
  Side,
} from '../../shared/market/events/event-batch.js';
import type { EventStream } from './event-stream.js';

/** Of a book that bars do not show: the narrowest there is, with as much on every level. */
const LEVELS = 10;
const LEVEL_CONTRACTS = 100;
const MS_NS = 1e6;
/** A move of the whole book, and its trade. */
const EVENTS_PER_PRICE = 2 * LEVELS + 1;

/**
 * Bars of one trade date as a market that can be traded: trades at each bar's open, its extremes (the nearer to the open first) and its
 * close, a minute apart; in regular hours, where the policy trades, with a book one tick wide at each. Five-minute bars made of it
 * are the bars again, but for a volume below four contracts. It knows no depth, no queue and no wider spread: say so where a result is shown.
 */
export function barTape(ask: {
  readonly instrument: string;
  readonly tradeDate: string;
  /** Of this trade date, in order. */
  readonly bars: readonly Bar[];
  /** Points. */
  readonly tickSize: number;
  readonly multiplier: number;
}): EventStream {
  const { instrument, tradeDate, bars, tickSize, multiplier } = ask;
  const header = {
    kind: 'header' as const,
    v: 1 as const,
    source: 'bars',
    instrument,
    tickSize,
    multiplier,
    levels: LEVELS,
    tradeDate,
  };
  return {
    name: `bars of ${instrument}, ${tradeDate}`,
    header,
    firstNs: BigInt(bars[0]!.openMs) * 1_000_000n,
    firstSeq: 1,
    hasDepth: true,
    batches: async function* () {
      const baseNs = BigInt(bars[0]!.openMs) * 1_000_000n;
      const isQuoted = rthOf(instrument, tradeDate);
      let seq = 1;
      let hasBook = false;
      for (const bar of bars) {
        const batch = createEventBatch(instrument, tickSize, baseNs, 4 * EVENTS_PER_PRICE);
        batch.tsEventNs.fill(Number.NaN);
        for (const [step, price] of path(bar).entries()) {
          const ns = (bar.openMs - bars[0]!.openMs) * MS_NS + (step * BAR_MS * MS_NS) / 5;
          const ticks = Math.round(price / tickSize);
          if (isQuoted(bar)) {
            quote(batch, ns, ticks, hasBook ? DepthOperation.update : DepthOperation.insert);
            hasBook = true;
          }
          event(batch, ns, {
            kind: EventKind.trade,
            side: Side.none,
            priceTicks: ticks,
            size: sizeOf(bar, step),
            last: 1,
          });
        }
        for (let i = 0; i < batch.length; i++) batch.seq[i] = seq++;
        yield batch;
      }
    },
  };
}

/** The bars of each trade date, in order. */
export function barsByDate(instrument: string, bars: readonly Bar[]): Map<number, Bar[]> {
  const { tradeDateOf } = calendarOfInstrument(instrument);
  const days = new Map<number, Bar[]>();
  for (const bar of bars) {
    const date = Number(tradeDateOf(bar.openMs).replaceAll('-', ''));
    const day = days.get(date);
    if (day) day.push(bar);
    else days.set(date, [bar]);
  }
  return days;
}

function rthOf(instrument: string, tradeDate: string): (bar: Bar) => boolean {
  const session = calendarOfInstrument(instrument).rthSessionOf(tradeDate);
  return ({ openMs }) => session !== null && openMs >= session.rthOpenMs && openMs < session.rthCloseMs;
}

/** Whole contracts, at least one: four trades make the bar's volume again where it has four contracts. */
function sizeOf({ volume }: Bar, step: number): number {
  const whole = Number.isNaN(volume) ? 4 : Math.round(volume);
  const quarter = Math.max(1, Math.floor(whole / 4));
  return step < 3 ? quarter : Math.max(1, whole - 3 * quarter);
}

function path({ open, high, low, close }: Bar): number[] {
  return high - open <= open - low ? [open, high, low, close] : [open, low, high, close];
}

/** The bid at the price, the ask one tick above. */
function quote(batch: EventBatch, ns: number, bidTicks: number, operation: DepthOperation): void {
  for (let position = 0; position < LEVELS; position++)
    for (const side of [Side.bid, Side.ask]) {
      const priceTicks = side === Side.bid ? bidTicks - position : bidTicks + 1 + position;
      const last = position === LEVELS - 1 && side === Side.ask ? 1 : 0;
      event(batch, ns, { kind: EventKind.depth, operation, side, position, priceTicks, size: LEVEL_CONTRACTS, last });
    }
}

function event(
  batch: EventBatch,
  ns: number,
  fields: {
    kind: number;
    operation?: number;
    side: number;
    position?: number;
    priceTicks: number;
    size: number;
    last: number;
  },
): void {
  const i = batch.length++;
  batch.tsRecvNs[i] = ns;
  batch.kind[i] = fields.kind;
  batch.operation[i] = fields.operation ?? 0;
  batch.side[i] = fields.side;
  batch.position[i] = fields.position ?? 0;
  batch.priceTicks[i] = fields.priceTicks;
  batch.size[i] = fields.size;
  batch.last[i] = fields.last;
}
