import type { MarketListener } from './market.js';

/** One bar; prices in ticks, times in milliseconds since the epoch. */
export interface Bar {
  startMs: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  /** Sum of price times volume, for the weighted average. */
  turnover: number;
  trades: number;
}

/** The finest bars kept; coarser ones are put together from these. */
export const BASE_BAR_MS = 5_000;

/** Bars known of one contract: what a file gave, then what the tape has traded so far, in the gateway's time. */
export class BarHistory implements MarketListener {
  readonly #played: Bar[] = [];
  readonly #listeners = new Set<(bar: Bar) => void>();

  constructor(
    private readonly nowMs: () => number,
    private readonly older: readonly Bar[] = [],
  ) {}

  onTrade(priceTicks: number, size: number): void {
    const startMs = floorTo(this.nowMs(), BASE_BAR_MS);
    let bar = this.#played.at(-1);
    if (bar?.startMs !== startMs) {
      bar = {
        startMs,
        open: priceTicks,
        high: priceTicks,
        low: priceTicks,
        close: priceTicks,
        volume: 0,
        turnover: 0,
        trades: 0,
      };
      this.#played.push(bar);
    }
    bar.high = Math.max(bar.high, priceTicks);
    bar.low = Math.min(bar.low, priceTicks);
    bar.close = priceTicks;
    bar.volume += size;
    bar.turnover += priceTicks * size;
    bar.trades++;
    for (const listener of this.#listeners) listener(bar);
  }

  /** Hears of every trade, with the base bar that it went into. */
  listen(listener: (bar: Bar) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get firstMs(): number | undefined {
    return (this.older[0] ?? this.#played[0])?.startMs;
  }

  /** Bars of `sizeMs` that start within [fromMs, toMs). */
  between(fromMs: number, toMs: number, sizeMs: number): Bar[] {
    const bars: Bar[] = [];
    for (const source of [this.older, this.#played])
      for (const bar of source) {
        const startMs = floorTo(bar.startMs, sizeMs);
        if (startMs < fromMs || startMs >= toMs) continue;
        const last = bars.at(-1);
        if (last?.startMs === startMs) merge(last, bar);
        else bars.push({ ...bar, startMs });
      }
    return bars;
  }

  /** End of the newest bar, which a request without an end time means; undefined while there is none. */
  get lastEndMs(): number | undefined {
    const last = this.#played.at(-1) ?? this.older.at(-1);
    return last === undefined ? undefined : last.startMs + 1;
  }
}

export const floorTo = (ms: number, stepMs: number): number => Math.floor(ms / stepMs) * stepMs;

function merge(into: Bar, bar: Bar): void {
  into.high = Math.max(into.high, bar.high);
  into.low = Math.min(into.low, bar.low);
  into.close = bar.close;
  into.volume += bar.volume;
  into.turnover += bar.turnover;
  into.trades += bar.trades;
}
