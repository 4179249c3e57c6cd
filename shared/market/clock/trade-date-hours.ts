import { calendarOf, type ProductCalendar } from '../calendar/product-calendars.js';
import type { MarketClock } from './market-clock.js';

/** What is written of a trade date has been written so long after the market has left it. */
const SETTLED_WALL_MS = 3000;
const OUTSIDE_SESSION_SECONDS = 300;
const DAY_MS = 86_400_000;

/** Trade dates and sessions of a product, by the shared market clock. */
export class TradeDateHours {
  private readonly calendar: ProductCalendar;

  /** @throws Failure NoCalendar */
  constructor(
    symbol: string,
    private readonly clock: () => MarketClock,
    private readonly wallMs: () => number = Date.now,
  ) {
    this.calendar = calendarOf(symbol);
  }

  tradeDateNow(): string {
    return this.calendar.tradeDateOf(this.clock().marketMsAt(this.wallMs()));
  }

  /** The session before that of a trade date. */
  tradeDateBefore(tradeDate: string): string {
    for (let daysBefore = 1; ; daysBefore++) {
      const date = new Date(Date.parse(tradeDate) - daysBefore * DAY_MS).toISOString().slice(0, 10);
      if (this.calendar.globexSessionOf(date) !== null) return date;
    }
  }

  /** The market has left the date, long enough for everything of it to be written down. */
  isOver(tradeDate: string): boolean {
    return this.calendar.tradeDateOf(this.clock().marketMsAt(this.wallMs() - SETTLED_WALL_MS)) > tradeDate;
  }

  /** Wall seconds until journals are looked at again: at the end of the trade date at the latest. */
  nextLookInSeconds(tradeDate: string, inSessionSeconds: number): number {
    const clock = this.clock();
    const wallNowMs = this.wallMs();
    const phase = this.calendar.sessionPhase(clock.marketMsAt(wallNowMs));
    const isInSession = phase === 'overnight' || phase === 'rth' || phase === 'evening';
    const session = this.calendar.globexSessionOf(tradeDate);
    const endsInMs = session === null ? 0 : clock.wallMsAt(session.dateEndMs) + SETTLED_WALL_MS - wallNowMs;
    const lookInMs = (isInSession ? inSessionSeconds : OUTSIDE_SESSION_SECONDS) * 1000;
    return Math.max(1, Math.ceil(Math.min(lookInMs, endsInMs) / 1000));
  }
}
