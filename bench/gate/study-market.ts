import { inPoints } from '../../research/generator/bar-builder.js';
import { marketDays } from '../../research/generator/generate-market.js';
import { generatedBatches } from '../../research/generator/generated-batches.js';
import type { MarketDay } from '../../research/generator/market-day.js';
import { type EventStream, firstOf } from '../../research/replay/event-stream.js';
import type { BarSeries } from '../../research/samples/bar-samples.js';
import { buildSamples, type DepthSource } from '../../research/samples/build-samples.js';
import { instrumentConfig } from '../../shared/config/market.js';
import type { EventBatch } from '../../shared/market/events/event-batch.js';
import { TickScale } from '../../shared/market/events/tick-scale.js';
import type { HeadSamples } from '../../shared/model/heads/head.js';
import { HEADS } from '../../shared/model/heads/head-specs.js';

export interface StudyMarketOptions {
  readonly seed: number;
  /** Trade dates with a book, and of bars. */
  readonly days: number;
  readonly barDays: number;
}

/** Everything that a ship of one market would be made of, in memory. */
export interface StudyMarket {
  readonly instrument: string;
  readonly samples: readonly HeadSamples[];
  /** By trade date, yyyymmdd. */
  readonly streams: ReadonlyMap<number, EventStream>;
  readonly bars: readonly BarSeries[];
  /** Currency of one tick of one contract. */
  readonly tickValue: number;
}

const MINUTES_PER_DAY = 40;
const SIGNAL_STRENGTH = 1;
export const FEE_TICKS = 0.18;

/** A SYNTHETIC market as the default set-up makes it, without a file between. */
export async function studyMarket({ seed, days, barDays }: StudyMarketOptions): Promise<StudyMarket> {
  const instrument = instrumentConfig.parse({});
  const { tickSize, multiplier, localSymbol } = instrument;
  const scale = new TickScale(tickSize);
  const market = { seed, days, barDays, firstTradeDate: '2014-01-02', signalStrength: SIGNAL_STRENGTH };
  const depth: DepthSource[] = [];
  const streams = new Map<number, EventStream>();
  const played: MarketDay[] = [];
  for (const { day, hasBook } of marketDays(market, scale)) {
    played.push(day);
    if (!hasBook) continue;
    const { tradeDate } = day.session;
    const kept: EventBatch[] = [...generatedBatches(day, instrument, MINUTES_PER_DAY)];
    const batches = async function* () {
      yield* kept;
    };
    depth.push({ name: tradeDate, tradeDate, synthetic: true, instrument: localSymbol, tickSize, batches });
    const header = {
      ...{ kind: 'header' as const, v: 1 as const, synthetic: true, instrument: localSymbol },
      ...{ tickSize, multiplier, levels: 10, tradeDate },
    };
    const stream = { name: tradeDate, header, ...(await firstOf(tradeDate, batches())), batches };
    streams.set(Number(tradeDate.replaceAll('-', '')), stream);
  }
  const bars = played.flatMap((day) => day.bars.map((bar) => inPoints(bar, scale)));
  const source = { name: 'bars', instrument: localSymbol, synthetic: true, read: async () => bars };
  const { samples } = await buildSamples({ depth, bars: [source] }, { feeTicks: FEE_TICKS, barTickSize: tickSize });
  return {
    samples: HEADS.map(({ spec }) => samples[spec.name]!),
    instrument: localSymbol,
    ...{ streams, bars: [{ instrument: localSymbol, bars }], tickValue: tickSize * multiplier },
  };
}
