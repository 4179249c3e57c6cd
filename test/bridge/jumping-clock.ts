import type { MarketClock } from '../../shared/market/clock/market-clock.js';

/** Market time that runs at a speed, and jumps when it is told to: from one trade date to another, months ahead. */
export class JumpingClock implements MarketClock {
  private anchorWallMs = Date.now();
  private anchorMarketMs: number;

  constructor(
    start: string,
    private readonly speed = 20,
  ) {
    this.anchorMarketMs = Date.parse(start);
  }

  /** Forward only. */
  jumpTo(time: string): void {
    this.anchorMarketMs = Math.max(Date.parse(time), this.nowMs());
    this.anchorWallMs = Date.now();
  }

  nowMs(): number {
    return this.marketMsAt(Date.now());
  }

  marketMsAt(wallMs: number): number {
    return this.anchorMarketMs + (wallMs - this.anchorWallMs) * this.speed;
  }

  wallMsAt(marketMs: number): number {
    return Math.ceil(this.anchorWallMs + (marketMs - this.anchorMarketMs) / this.speed);
  }
}
