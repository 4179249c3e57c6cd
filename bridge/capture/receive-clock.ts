import type { MarketClock } from '../../shared/market/clock/market-clock.js';

/** Beyond this the market clock was stepped: the stamps jump to it (never back) and the capture says so. */
const STEP_MS = 1000;
/** Up to this much (the market clock's own grain, and slow drift between clocks) the monotonic clock is left alone. */
const DRIFT_MS_MAX = 20;
/** How often the two clocks are compared. */
const COMPARE_EVERY_MS = 250;

/**
 * Receive time of market events: the monotonic clock, tied to market time. It never runs backwards, whatever happens
 * to the computer's clock, and it resolves what `Date.now()` cannot.
 */
export class ReceiveClock {
  /** Every stamp counts nanoseconds from here (a whole second since the epoch). */
  readonly baseNs: bigint;
  /** Called with the size of a clock step, milliseconds, forward positive. */
  onStep: (stepMs: number) => void = () => {};
  private readonly baseMs: number;
  private anchorMarketMs: number;
  private anchorMonotonicMs: number;
  private speed: number;
  private comparedMonotonicMs: number;
  private lastNs = 0;
  private stampedMonotonicMs = Number.NaN;

  constructor(private readonly market: MarketClock) {
    const nowMs = market.nowMs();
    this.baseMs = Math.floor(nowMs / 1000) * 1000;
    this.baseNs = BigInt(this.baseMs) * 1_000_000n;
    this.anchorMarketMs = nowMs;
    this.anchorMonotonicMs = performance.now();
    this.comparedMonotonicMs = this.anchorMonotonicMs;
    this.speed = speedOf(market, nowMs);
  }

  /** Nanoseconds since `baseNs`, an integer, never less than the stamp before. */
  stampNs(): number {
    const monotonicMs = performance.now();
    this.stampedMonotonicMs = monotonicMs;
    if (monotonicMs - this.comparedMonotonicMs > COMPARE_EVERY_MS) this.compare(monotonicMs);
    const ns = Math.floor((this.marketMsAt(monotonicMs) - this.baseMs) * 1e6);
    if (ns > this.lastNs) this.lastNs = ns;
    return this.lastNs;
  }

  /** Monotonic ms at which the newest stamp was taken; NaN before the first. */
  get stampedAtMs(): number {
    return this.stampedMonotonicMs;
  }

  /** Market ms since a moment of the monotonic clock: nothing that is done to the market's clock changes it. */
  marketMsSince(monotonicMs: number): number {
    return (performance.now() - monotonicMs) * this.speed;
  }

  /** Market time of a stamp, milliseconds since the epoch. */
  marketMsOf(stampNs: number): number {
    return this.baseMs + stampNs / 1e6;
  }

  private marketMsAt(monotonicMs: number): number {
    return this.anchorMarketMs + (monotonicMs - this.anchorMonotonicMs) * this.speed;
  }

  private compare(monotonicMs: number): void {
    this.comparedMonotonicMs = monotonicMs;
    const nowMs = this.market.nowMs();
    const stepMs = nowMs - this.marketMsAt(monotonicMs);
    if (Math.abs(stepMs) <= DRIFT_MS_MAX * this.speed) return;
    this.anchorMarketMs = nowMs;
    this.anchorMonotonicMs = monotonicMs;
    this.speed = speedOf(this.market, nowMs);
    if (Math.abs(stepMs) > STEP_MS * this.speed) this.onStep(Math.round(stepMs));
  }
}

/**
 * Market milliseconds that pass in one wall millisecond. Looks both ways, because a replayed market jumps from window
 * to window and a jump shortens the wall time between two market times.
 */
function speedOf(market: MarketClock, nowMs: number): number {
  const wallMs = market.wallMsAt(nowMs);
  const wallMsPerSecond = Math.max(market.wallMsAt(nowMs + 1000) - wallMs, wallMs - market.wallMsAt(nowMs - 1000));
  return wallMsPerSecond > 0 ? 1000 / wallMsPerSecond : 1;
}
