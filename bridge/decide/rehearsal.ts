import type { MarketClock } from '../../shared/market/clock/market-clock.js';

/** Wall time before a second of market time begins from which on the way is kept warm... */
const LEAD_MS = 3;
/** ...and after it, where the event that the decision waits for does not come. */
const LINGER_MS = 20;
const EVERY_MS = 2;
const SECOND_MS = 1000;

/**
 * Walks the way from features to order, without effect, shortly before a decision is due. What runs once a second has
 * left the processor's caches by then: a head needed 200 us instead of 10, the risk rules three times as long.
 */
export class Rehearsal {
  private timer: NodeJS.Timeout | undefined;
  private decided = false;

  /**
   * @param isWanted whether a decision could lead to an order now
   * @param walk does what a decision does, but keeps nothing and sends nothing
   */
  constructor(
    private readonly clock: MarketClock,
    private readonly isWanted: () => boolean,
    private readonly walk: () => void,
  ) {}

  start(): void {
    this.untilNextSecond();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  /** The decision of this second was made. */
  done(): void {
    this.decided = true;
  }

  private untilNextSecond(): void {
    const nextSecondMs = (Math.floor(this.clock.nowMs() / SECOND_MS) + 1) * SECOND_MS;
    const dueWallMs = this.clock.wallMsAt(nextSecondMs);
    const begin = () => {
      this.decided = false;
      this.untilDecided(this.isWanted() ? dueWallMs + LINGER_MS : Number.NEGATIVE_INFINITY);
    };
    this.timer = setTimeout(begin, Math.max(1, dueWallMs - LEAD_MS - Date.now()));
  }

  private untilDecided(lastWallMs: number): void {
    const isOver = this.decided || Date.now() > lastWallMs;
    if (!isOver) this.walk();
    this.timer = setTimeout(
      () => (isOver ? this.untilNextSecond() : this.untilDecided(lastWallMs)),
      isOver ? LEAD_MS : EVERY_MS,
    );
  }
}
