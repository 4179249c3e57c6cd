import { BAR_MS, type Bar } from '../../shared/market/events/bar.js';
import type { TickScale } from '../../shared/market/events/tick-scale.js';

/** A bar whose prices are in ticks. */
export type TickBar = { -readonly [K in keyof Bar]: Bar[K] };

export function inPoints({ open, high, low, close, ...bar }: TickBar, scale: TickScale): Bar {
  return {
    ...bar,
    ...{ open: scale.priceOf(open), high: scale.priceOf(high), low: scale.priceOf(low), close: scale.priceOf(close) },
  };
}

/** Five-minute bars of one day, from prices (ticks) in order of time. */
export class BarBuilder {
  readonly bars: TickBar[] = [];

  add(timeMs: number, price: number, volume: number): void {
    const openMs = Math.floor(timeMs / BAR_MS) * BAR_MS;
    const bar = this.bars.at(-1);
    if (bar?.openMs !== openMs) {
      this.bars.push({ openMs, open: price, high: price, low: price, close: price, volume });
      return;
    }
    bar.high = Math.max(bar.high, price);
    bar.low = Math.min(bar.low, price);
    bar.close = price;
    bar.volume += volume;
  }
}
