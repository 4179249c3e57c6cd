import type { MarketClock } from '../../shared/market/clock/market-clock.js';

/** A market that jumps by more is at another date: the clock was set right in between, as clocks are at night. */
const SET_AFTER_MS = 3_600_000;

/** The clock of another machine: ahead of the market's, and a little faster. Times never go back, and never repeat. */
export class SierraClock {
  private setMs: number;
  private lastMs: number;
  private lastUs = 0;

  constructor(
    private readonly market: Pick<MarketClock, 'nowMs'>,
    private readonly clock: { readonly offsetMs: number; readonly driftPpm: number },
  ) {
    this.setMs = market.nowMs();
    this.lastMs = this.setMs;
  }

  /** Microseconds since the Unix epoch; within a millisecond counted on, as Sierra Chart does. */
  stampUs(): number {
    const nowMs = this.market.nowMs();
    if (nowMs - this.lastMs > SET_AFTER_MS) this.setMs = nowMs;
    this.lastMs = nowMs;
    const driftMs = ((nowMs - this.setMs) * this.clock.driftPpm) / 1e6;
    const us = Math.round(nowMs + this.clock.offsetMs + driftMs) * 1000;
    this.lastUs = us > this.lastUs ? us : this.lastUs + 1;
    return this.lastUs;
  }
}
