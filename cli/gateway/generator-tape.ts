import { inPoints } from '../../research/generator/bar-builder.js';
import { marketSessions, START_PRICE } from '../../research/generator/generate-market.js';
import { generatedBatches } from '../../research/generator/generated-batches.js';
import { MarketDay } from '../../research/generator/market-day.js';
import { LEVELS } from '../../research/generator/simulated-book.js';
import type { Instrument } from '../../shared/config/market.js';
import type { Bar } from '../../shared/market/events/bar.js';
import { createEventBatch, type EventBatch, EventKind } from '../../shared/market/events/event-batch.js';
import { TickScale } from '../../shared/market/events/tick-scale.js';
import type { Tape } from '../../simulator/market/tape.js';

export interface GeneratedTapeOptions {
  /** 32 bits: same seed, same events. */
  readonly seed: number;
  readonly instrument: Instrument;
  /** First trade date with a book, or the next one that has RTH. */
  readonly firstTradeDate: string;
  readonly days: number;
  /** Minutes of book from each RTH open. */
  readonly minutesPerDay: number;
}

/** Trade dates of bars before the tape. */
const BAR_DAYS = 20;

/** A SYNTHETIC market straight from the generator, a day at a time in memory. @throws OutsideCalendar */
export function generatorTape({ seed, instrument, firstTradeDate, days, minutesPerDay }: GeneratedTapeOptions): Tape {
  const sessions = marketSessions({ firstTradeDate, days, barDays: days + BAR_DAYS });
  const scale = new TickScale(instrument.tickSize);
  const played = sessions.slice(-days);
  const dayOf = (at: number, priorCloseTicks: number) => new MarketDay(seed, played[at]!, priorCloseTicks, 1);
  const bars: Bar[] = [];
  let priceTicks = scale.ticksOf(START_PRICE);
  for (const session of sessions.slice(0, -days)) {
    const day = new MarketDay(seed, session, priceTicks, 1);
    priceTicks = day.finishBars();
    for (const bar of day.bars) bars.push(inPoints(bar, scale));
  }
  return {
    instrument: instrument.localSymbol,
    tickSize: instrument.tickSize,
    levels: LEVELS,
    synthetic: true,
    firstMs: dayOf(0, priceTicks).depthStartMs,
    bars,
    async *open() {
      let closeTicks = priceTicks;
      for (let at = 0; at < days; at++) {
        const day = dayOf(at, closeTicks);
        if (at > 0) yield emptied(instrument, day.depthStartMs);
        yield* generatedBatches(day, instrument, minutesPerDay);
        closeTicks = day.finishBars();
      }
    },
  };
}

/** The book of the day before is gone. */
function emptied({ localSymbol, tickSize }: Instrument, atMs: number): EventBatch {
  const batch = createEventBatch(localSymbol, tickSize, BigInt(atMs) * 1_000_000n, 1);
  batch.length = 1;
  batch.kind[0] = EventKind.reset;
  return batch;
}
