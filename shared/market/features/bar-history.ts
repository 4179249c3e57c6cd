import { BAR_MS, type Bar } from '../events/bar.js';

/** Bars that the features look at: twelve returns need thirteen closes. */
export const BARS_KEPT = 13;

/** A longer pause than the longest holiday weekend: what lies before it says nothing about what comes after. */
const BREAK_MS = 4 * 86_400_000 + 3_600_000;

/** The last five-minute bars, the newest first. Bars without trades do not exist; the history runs over them. */
export class BarHistory {
  /** Bars held, at most BARS_KEPT. */
  count = 0;
  /** End of the newest bar, ms since the epoch; -Infinity while there is none. */
  closeMs = Number.NEGATIVE_INFINITY;
  readonly high = new Float64Array(BARS_KEPT);
  readonly low = new Float64Array(BARS_KEPT);
  readonly close = new Float64Array(BARS_KEPT);
  readonly volume = new Float64Array(BARS_KEPT);

  /** Another contract follows: what its prices were before says nothing about a difference between the two. */
  clear(): void {
    this.count = 0;
  }

  /** Adds a bar that has closed. Bars older than the newest one are known already and left out. */
  add(bar: Bar): void {
    if (bar.openMs < this.closeMs) return;
    if (bar.openMs - this.closeMs > BREAK_MS) this.count = 0;
    for (const column of [this.high, this.low, this.close, this.volume]) column.copyWithin(1, 0, BARS_KEPT - 1);
    this.high[0] = bar.high;
    this.low[0] = bar.low;
    this.close[0] = bar.close;
    this.volume[0] = bar.volume;
    this.closeMs = bar.openMs + BAR_MS;
    this.count = Math.min(this.count + 1, BARS_KEPT);
  }
}
