import { inPoints } from '../../research/generator/bar-builder.js';
import { marketDays } from '../../research/generator/generate-market.js';
import { generatedBatches } from '../../research/generator/generated-batches.js';
import type { MarketDay } from '../../research/generator/market-day.js';
import { buildSamples, type DepthSource } from '../../research/samples/build-samples.js';
import { instrumentConfig } from '../../shared/config/market.js';
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
  const market = { seed, days, barDays, firstTradeDate: '2014-01-02', signalStrength: SIGNAL_STRENGTH };
  const depth: DepthSource[] = [];
  const played: MarketDay[] = [];
  for (const { day, hasBook } of marketDays(market, scale)) {
    played.push(day);
    if (!hasBook) continue;
    const { tradeDate } = day.session;
    const batches = generatedBatches(day, instrument, MINUTES_PER_DAY);
    depth.push({
      ...{ name: tradeDate, tradeDate, synthetic: true },
      ...{ instrument: instrument.localSymbol, tickSize: instrument.tickSize },
      batches: async function* () {
        yield* batches;
      },
    });
  }
  const bars = played.flatMap((day) => day.bars.map((bar) => inPoints(bar, scale)));
  const source = { name: 'bars', instrument: instrument.localSymbol, synthetic: true, read: async () => bars };
  const options = { feeTicks: FEE_TICKS, barTickSize: instrument.tickSize };
  const { samples } = await buildSamples({ depth, bars: [source] }, options);
  return HEADS.map(({ spec }) => samples[spec.name]!);
}
