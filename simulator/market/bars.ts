import type { Bar as FileBar } from '../../shared/market/events/bar.js';
import { BAR_MS as FILE_BAR_MS } from '../../shared/market/events/bar.js';
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

export const floorTo = (ms: number, stepMs: number): number => Math.floor(ms / stepMs) * stepMs;

/** Bars known of one contract: a file's five-minute bars, then what the tape has traded, in the gateway's time. */
export class BarHistory implements MarketListener {
  readonly #played: Bar[] = [];
  readonly #older: readonly Bar[];
  readonly #listeners = new Set<(bar: Bar) => void>();

  constructor(
    private readonly nowMs: () => number,
    older: readonly FileBar[],
    tickSize: number,
  ) {
    this.#older = older.map((bar) => ofFile(bar, tickSize));
  }

  onTrade(priceTicks: number, size: number): void {
    const startMs = floorTo(this.nowMs(), BASE_BAR_MS);
    let bar = this.#played.at(-1);
    if (bar?.startMs !== startMs) {
      const at = { open: priceTicks, high: priceTicks, low: priceTicks, close: priceTicks };
      bar = { startMs, ...at, volume: 0, turnover: 0, trades: 0 };
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
    return (this.#older[0] ?? this.#played[0])?.startMs;
  }

  /** A moment within the newest bar: what a request without an end time reaches to; undefined while there is none. */
  get lastMs(): number | undefined {
    const last = this.#played.at(-1) ?? this.#older.at(-1);
    return last && last.startMs + 1;
  }

  /** Bars of `sizeMs` that start within [fromMs, toMs). A file's bars are never cut into finer ones. */
  between(fromMs: number, toMs: number, sizeMs: number): Bar[] {
    const bars: Bar[] = [];
    const firstPlayedMs = this.#played[0]?.startMs ?? Number.POSITIVE_INFINITY;
    const older = sizeMs % FILE_BAR_MS === 0 ? this.#older.filter((bar) => bar.startMs < firstPlayedMs) : [];
    for (const source of [older, this.#played])
      for (const bar of source) {
        const startMs = floorTo(bar.startMs, sizeMs);
        if (startMs < fromMs || startMs >= toMs) continue;
        const last = bars.at(-1);
        if (last?.startMs === startMs) merge(last, bar);
        else bars.push({ ...bar, startMs });
      }
    return bars;
  }
}

function ofFile(bar: FileBar, tickSize: number): Bar {
  const ticks = (price: number) => Math.round(price / tickSize);
  const volume = Number.isNaN(bar.volume) ? 0 : bar.volume;
  const [open, high, low, close] = [ticks(bar.open), ticks(bar.high), ticks(bar.low), ticks(bar.close)];
  const middle = (high + low + close) / 3;
  return { startMs: bar.openMs, open, high, low, close, volume, turnover: middle * volume, trades: 0 };
}

function merge(into: Bar, bar: Bar): void {
  into.high = Math.max(into.high, bar.high);
  into.low = Math.min(into.low, bar.low);
  into.close = bar.close;
  into.volume += bar.volume;
  into.turnover += bar.turnover;
  into.trades += bar.trades;
}
