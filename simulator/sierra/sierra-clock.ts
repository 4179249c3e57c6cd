import type { MarketClock } from '../../shared/market/clock/market-clock.js';

/** The clock of another machine: ahead of the market's, and a little faster. Times never go back, and never repeat. */
export class SierraClock {
  private readonly startedMs: number;
  private lastUs = 0;

  constructor(
    private readonly market: Pick<MarketClock, 'nowMs'>,
    private readonly clock: { readonly offsetMs: number; readonly driftPpm: number },
  ) {
    this.startedMs = market.nowMs();
  }

  /** Microseconds since the Unix epoch; within a millisecond counted on, as Sierra Chart does. */
  stampUs(): number {
    const nowMs = this.market.nowMs();
    const driftMs = ((nowMs - this.startedMs) * this.clock.driftPpm) / 1e6;
    const us = Math.round(nowMs + this.clock.offsetMs + driftMs) * 1000;
    this.lastUs = us > this.lastUs ? us : this.lastUs + 1;
    return this.lastUs;
  }
}
