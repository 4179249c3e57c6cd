import { calendarOfInstrument } from '../calendar/product-calendars.js';
import type { RthSession } from '../calendar/session.js';

const EDGE_MS = 30 * 60_000;

/** Where a time lies in the regular trading hours of its trade date. */
export const SessionPhase = { noRth: -1, before: 0, first30: 1, middle: 2, last30: 3, after: 4 } as const;

/** Asks the calendar of the product once a trade date; times come in order. */
export class SessionClock {
  private rth: RthSession | null = null;
  private date = '';
  private fromMs = Number.POSITIVE_INFINITY;
  private untilMs = Number.NEGATIVE_INFINITY;

  private instrument = '';
  private calendar = calendarOfInstrument('');

  /** The times that follow are of this contract's market: its product's hours count. */
  follow(instrument: string): void {
    if (instrument === this.instrument) return;
    this.instrument = instrument;
    this.calendar = calendarOfInstrument(instrument);
    this.fromMs = Number.POSITIVE_INFINITY;
  }

  /** Exchange trade date of a time, YYYY-MM-DD. @throws OutsideCalendar */
  tradeDate(ms: number): string {
    this.look(ms);
    return this.date;
  }

  /** Seconds from the RTH open, negative before it; NaN on a day without RTH. @throws OutsideCalendar */
  secondsSinceOpen(ms: number): number {
    this.look(ms);
    return this.rth ? (ms - this.rth.rthOpenMs) / 1000 : Number.NaN;
  }

  /** One of SessionPhase. @throws OutsideCalendar */
  phase(ms: number): number {
    this.look(ms);
    if (!this.rth) return SessionPhase.noRth;
    if (ms < this.rth.rthOpenMs) return SessionPhase.before;
    if (ms >= this.rth.rthCloseMs) return SessionPhase.after;
    if (ms < this.rth.rthOpenMs + EDGE_MS) return SessionPhase.first30;
    return ms < this.rth.rthCloseMs - EDGE_MS ? SessionPhase.middle : SessionPhase.last30;
  }

  private look(ms: number): void {
    if (ms >= this.fromMs && ms < this.untilMs) return;
    this.date = this.calendar.tradeDateOf(ms);
    this.rth = this.calendar.rthSessionOf(this.date);
    this.fromMs = ms;
    this.untilMs = this.calendar.globexSessionOf(this.date)?.dateEndMs ?? ms;
  }
}
