import { marketSessions, START_PRICE } from '../../research/generator/generate-market.js';
import { generatedBatches } from '../../research/generator/generated-batches.js';
import { MarketDay } from '../../research/generator/market-day.js';
import { buildSamples, type DepthSource } from '../../research/samples/build-samples.js';
import { instrumentConfig } from '../../shared/config/market.js';
import type { Bar } from '../../shared/market/events/bar.js';
import { TickScale } from '../../shared/market/events/tick-scale.js';
import type { HeadSamples } from '../../shared/model/heads/head.js';
import { HEADS } from '../../shared/model/heads/head-specs.js';

export interface StudyMarket {
  readonly seed: number;
  /** Trade dates with a book, and of bars. */
  readonly days: number;
  readonly barDays: number;
}

const MINUTES_PER_DAY = 40;
const SIGNAL_STRENGTH = 1;
const FEE_TICKS = 0.125;

/** Samples of every head from a SYNTHETIC market as the default set-up makes it, without a file between. */
export async function studySamples({ seed, days, barDays }: StudyMarket): Promise<HeadSamples[]> {
  const instrument = instrumentConfig.parse({});
  const scale = new TickScale(instrument.tickSize);
  const sessions = marketSessions({ firstTradeDate: '2014-01-02', days, barDays });
  const depth: DepthSource[] = [];
  const bars: Bar[] = [];
  let closeTicks = scale.ticksOf(START_PRICE);
  for (const [index, session] of sessions.entries()) {
    const day = new MarketDay(seed, session, closeTicks, SIGNAL_STRENGTH);
    if (index >= sessions.length - days) {
      const batches = generatedBatches(day, instrument, MINUTES_PER_DAY);
      depth.push({
        ...{ name: session.tradeDate, tradeDate: session.tradeDate, synthetic: true },
        ...{ instrument: instrument.localSymbol, tickSize: instrument.tickSize },
        batches: async function* () {
          yield* batches;
        },
      });
    }
    closeTicks = day.finishBars();
    for (const { open, high, low, close, ...rest } of day.bars)
      bars.push({ ...rest, ...pricesOf(scale, { open, high, low, close }) });
  }
  const source = { name: 'bars', instrument: instrument.localSymbol, synthetic: true, read: async () => bars };
  const options = { feeTicks: FEE_TICKS, barTickSize: instrument.tickSize };
  const { samples } = await buildSamples({ depth, bars: [source] }, options);
  return HEADS.map(({ spec }) => samples[spec.name]!);
}

function pricesOf(scale: TickScale, ticks: Pick<Bar, 'open' | 'high' | 'low' | 'close'>) {
  return {
    open: scale.priceOf(ticks.open),
    high: scale.priceOf(ticks.high),
    low: scale.priceOf(ticks.low),
    close: scale.priceOf(ticks.close),
  };
}
