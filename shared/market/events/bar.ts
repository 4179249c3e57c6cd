/** Five minutes of trading. Prices in points, volume in contracts. */
export interface Bar {
  /** Start of the bar, ms since the epoch; the bar holds what happened in [openMs, openMs + BAR_MS). */
  readonly openMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** NaN where the source has none. */
  readonly volume: number;
}

export const BAR_MS = 300_000;
