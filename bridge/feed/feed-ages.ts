import type { ReceiveClock } from '../capture/receive-clock.js';

/** How old market data is: by the monotonic clock, scaled to the market's speed, so that no step of a clock changes it. */
export class FeedAges {
  /** Monotonic ms; NaN for none. */
  private eventAtMs = Number.NaN;
  /** Of the present book. */
  private depthAtMs = Number.NaN;
  private bookSinceMs = Number.NaN;

  constructor(private readonly clock: Pick<ReceiveClock, 'stampedAtMs' | 'marketMsSince'>) {}

  /** An event came, at the clock's newest stamp. */
  event(): void {
    this.eventAtMs = this.clock.stampedAtMs;
  }

  /** It was depth, of a book that is not void. */
  depth(): void {
    this.depthAtMs = this.clock.stampedAtMs;
  }

  /** The book begins anew, or is void. */
  bookBroken(): void {
    this.depthAtMs = Number.NaN;
    this.bookSinceMs = performance.now();
  }

  /** Market ms since the last event, our own marks not counted; NaN before the first. */
  get eventAgeMs(): number {
    return this.clock.marketMsSince(this.eventAtMs);
  }

  /** Market ms since the last depth that the present book is made of; NaN, unknown, where there is none. */
  get depthAgeMs(): number {
    return this.clock.marketMsSince(this.depthAtMs);
  }

  /** Monotonic ms of that depth, or since when it is awaited. */
  get heardAtMs(): number {
    return Number.isNaN(this.depthAtMs) ? this.bookSinceMs : this.depthAtMs;
  }
}
