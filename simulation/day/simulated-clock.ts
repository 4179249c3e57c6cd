import type { MarketClock } from '../../shared/market/clock/market-clock.js';

/** A stretch of market time that is played, in market milliseconds. */
export interface Window {
  readonly startMs: number;
  readonly lengthMs: number;
}

/**
 * Market time by a wall clock: it runs through one window after the other at `speed`, and jumps from the end of one to
 * the start of the next. As with a real market, whoever steps the wall clock steps market time with it.
 */
export class SimulatedClock implements MarketClock {
  private readonly starts: readonly number[];

  constructor(
    private readonly windows: readonly Window[],
    readonly speed: number,
    private readonly wallStartMs: number,
    private readonly wallNowMs: () => number,
  ) {
    let elapsedMs = 0;
    this.starts = windows.map(({ lengthMs }) => {
      const startMs = elapsedMs;
      elapsedMs += lengthMs / speed;
      return startMs;
    });
  }

  readonly nowMs = (): number => this.marketMsAt(this.wallNowMs());

  marketMsAt(wallMs: number): number {
    const elapsedMs = wallMs - this.wallStartMs;
    let index = this.windows.length - 1;
    while (index > 0 && this.starts[index]! > elapsedMs) index--;
    return Math.floor(this.windows[index]!.startMs + (elapsedMs - this.starts[index]!) * this.speed);
  }

  wallMsAt(marketMs: number): number {
    let index = this.windows.length - 1;
    while (index > 0 && this.windows[index]!.startMs > marketMs) index--;
    const { startMs, lengthMs } = this.windows[index]!;
    const isLast = index === this.windows.length - 1;
    const intoMs = isLast ? marketMs - startMs : Math.min(marketMs - startMs, lengthMs);
    let wallMs = Math.floor(this.wallStartMs + this.starts[index]! + intoMs / this.speed);
    while (this.marketMsAt(wallMs) < marketMs) wallMs++;
    return wallMs;
  }
}
