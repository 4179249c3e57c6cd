import { dateText } from '../../research/gate/wording.js';
import { RandomStream } from '../../research/generator/random-stream.js';
import { barsByDate, barTape } from '../../research/replay/bar-tape.js';
import { buildSamples } from '../../research/samples/build-samples.js';
import { sampleFile } from '../../setup/sample-data.js';
import { summerTimeOf } from '../../shared/market/calendar/daylight-saving.js';
import type { Bar } from '../../shared/market/events/bar.js';
import { HEAD_SPECS } from '../../shared/model/heads/head-specs.js';
import { readBarsFile } from '../../shared/node/files/bars-csv.js';
import type { StudyMarket } from './study-market.js';

/** Real five-minute bars, and what one tick of them is. */
export const REAL_BARS = {
  NQ: { file: 'bars/NQ-5m-20241202-20250929.csv.gz', tickSize: 0.25, multiplier: 20 },
  CL: { file: 'bars/CL-5m-20231015-20250929.csv.gz', tickSize: 0.01, multiplier: 1000 },
} as const;

const FEE_TICKS = 0.25;
/** Trade dates that stay together: what a day has from the one before is kept within a week. */
const BLOCK_DATES = 5;

/**
 * Real bars whose trade dates were drawn anew in blocks, with replacement (seed 0: as they were): each block begins where the one before ended, so
 * that no price jumps, and each date keeps its hours. Two candidates on such a market differ by nothing that the market does.
 */
export async function realMarket(instrument: keyof typeof REAL_BARS, seed: number): Promise<StudyMarket> {
  const { file, tickSize, multiplier } = REAL_BARS[instrument];
  const { bars: all } = await readBarsFile(sampleFile(file));
  const bars = seed === 0 ? all : redrawn(instrument, all, seed);
  const source = { name: file, instrument, synthetic: false, read: async () => bars };
  const { samples } = await buildSamples(
    { depth: [], bars: [source] },
    { heads: [HEAD_SPECS.XGB_5m], feeTicks: FEE_TICKS, barTickSize: tickSize },
  );
  const streams = [...barsByDate(instrument, bars)].map(([date, ofDate]) => {
    const tradeDate = dateText(date);
    return [date, barTape({ instrument, tradeDate, bars: ofDate, tickSize, multiplier })] as const;
  });
  return {
    ...{ instrument, samples: [samples.XGB_5m!], streams: new Map(streams) },
    ...{ bars: [{ instrument, bars }], tickValue: tickSize * multiplier },
  };
}

const DAY_MS = 86_400_000;

function isSummerTime(ms: number): boolean {
  const { firstMs, endMs } = summerTimeOf(new Date(ms).getUTCFullYear());
  return ms >= firstMs && ms < endMs;
}

function redrawn(instrument: string, all: readonly Bar[], seed: number): Bar[] {
  const random = new RandomStream(seed, 1);
  const days = [...barsByDate(instrument, all).values()];
  const made: Bar[] = [];
  let [source, left] = [0, 0];
  for (const target of days) {
    const at = target[0]!.openMs;
    const isFit = (day: number) => isSummerTime(days[day]![0]!.openMs) === isSummerTime(at);
    // Blocks of the same hours as the date that they stand for.
    if (left === 0 || !isFit(source)) {
      const starts = [...days.keys()].filter(isFit);
      source = starts[Math.floor(random.uniform() * starts.length)]!;
      left = BLOCK_DATES;
    }
    const drawn = days[source]!;
    const shiftMs = DAY_MS * (Math.floor(at / DAY_MS) - Math.floor(drawn[0]!.openMs / DAY_MS));
    const shift = (made.at(-1)?.close ?? drawn[0]!.open) - drawn[0]!.open;
    const lastMs = made.at(-1)?.openMs ?? 0;
    for (const { openMs, open, high, low, close, volume } of drawn)
      if (openMs + shiftMs > lastMs)
        made.push({
          openMs: openMs + shiftMs,
          ...{ open: open + shift, high: high + shift, low: low + shift, close: close + shift, volume },
        });
    source = (source + 1) % days.length;
    left--;
  }
  return made;
}
