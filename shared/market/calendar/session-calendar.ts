import { Failure } from '../../failure.js';
import type { GlobexSession, RthSession } from './session.js';
import { type Exception, exceptionOn, type SessionRules, sessionsOfYear } from './session-rules.js';

/** The years that the calendars know. */
export const FIRST_YEAR = 2010;
export const LAST_YEAR = 2030;

/** A time or date lies outside the years that the calendar knows, or is none at all. */
export class OutsideCalendar extends Failure {
  constructor(what: string) {
    super(
      'OutsideCalendar',
      `${what} lies outside the trading calendar, which covers ${FIRST_YEAR} to ${LAST_YEAR}`,
      'use a time within those years, or extend the calendar as docs/calendar.md describes',
      { what },
    );
  }
}

/**
 * overnight: Globex before the day's RTH (all day on days without). evening: Globex after RTH. pause: the short halt
 * in the afternoon of former years. maintenance: the short halt between two sessions. closed: weekends, holidays.
 */
export type SessionPhase = 'overnight' | 'rth' | 'evening' | 'pause' | 'maintenance' | 'closed';

const MAINTENANCE_MS_MAX = 60 * 60_000;

/** When the products of one group trade, from 2010 to 2030. */
export class SessionCalendar {
  private cachedSessions: readonly GlobexSession[] | undefined;

  constructor(private readonly rules: SessionRules) {}

  /** The first RTH session that opens strictly after a time. @throws OutsideCalendar */
  readonly nextRthOpen = (nowMs: number): RthSession => {
    const sessions = this.allSessions();
    for (let index = this.indexAt(nowMs); index < sessions.length; index++) {
      const { rth } = sessions[index]!;
      if (rth && rth.rthOpenMs > nowMs) return rth;
    }
    throw new OutsideCalendar(`the RTH open after ${isoTime(nowMs)}`);
  };

  /** RTH of a trade date (YYYY-MM-DD); null where there are no regular hours. @throws OutsideCalendar */
  readonly rthSessionOf = (tradeDate: string): RthSession | null => this.globexSessionOf(tradeDate)?.rth ?? null;

  /** The electronic session of a trade date (YYYY-MM-DD); null on weekends and full holidays. @throws OutsideCalendar */
  readonly globexSessionOf = (tradeDate: string): GlobexSession | null => {
    const session = this.allSessions()[this.indexFrom(tradeDate)];
    return session?.tradeDate === tradeDate ? session : null;
  };

  /** RTH sessions from a trade date (itself included) to the end of the calendar. @throws OutsideCalendar */
  readonly rthSessionsFrom = (tradeDate: string): readonly RthSession[] =>
    this.allSessions()
      .slice(this.indexFrom(tradeDate))
      .flatMap(({ rth }) => rth ?? []);

  /**
   * Exchange trade date that an event belongs to: that of the electronic session which is open, else of the next one to
   * open. So 17:00 Chicago starts the next trade date, and Friday evening belongs to Monday. @throws OutsideCalendar
   */
  readonly tradeDateOf = (ms: number): string => this.allSessions()[this.indexAt(ms)]!.tradeDate;

  /** What the market is doing at a time. @throws OutsideCalendar */
  readonly sessionPhase = (ms: number): SessionPhase => {
    const index = this.indexAt(ms);
    const { globexOpenMs, globexCloseMs, pause, rth } = this.allSessions()[index]!;
    if (ms < globexOpenMs) {
      const priorCloseMs = this.allSessions()[index - 1]?.globexCloseMs ?? Number.NEGATIVE_INFINITY;
      return globexOpenMs - priorCloseMs <= MAINTENANCE_MS_MAX ? 'maintenance' : 'closed';
    }
    if (ms >= globexCloseMs) return 'closed';
    if (pause && ms >= pause.startMs && ms < pause.endMs) return 'pause';
    if (!rth || ms < rth.rthOpenMs) return 'overnight';
    return ms < rth.rthCloseMs ? 'rth' : 'evening';
  };

  /** How a trade date departs from the group's rules; null where it does not. */
  readonly exceptionOn = (tradeDate: string): Exception | null => exceptionOn(this.rules, tradeDate);

  /** Every session, in order; built on first use (a few milliseconds). */
  private allSessions(): readonly GlobexSession[] {
    this.cachedSessions ??= Array.from({ length: LAST_YEAR - FIRST_YEAR + 1 }, (_, i) =>
      sessionsOfYear(this.rules, FIRST_YEAR + i),
    ).flat();
    return this.cachedSessions;
  }

  /** Index of the first session whose trade date ends after a time. */
  private indexAt(ms: number): number {
    const index = this.firstIndex((session) => session.dateEndMs > ms);
    if (!(ms >= Date.UTC(FIRST_YEAR, 0, 1)) || index === this.allSessions().length)
      throw new OutsideCalendar(isoTime(ms));
    return index;
  }

  /** Index of the first session on a trade date or after it. */
  private indexFrom(tradeDate: string): number {
    const year = Number(tradeDate.slice(0, 4));
    const isDate = /^\d{4}-\d{2}-\d{2}$/.test(tradeDate) && !Number.isNaN(Date.parse(tradeDate));
    if (!isDate || year < FIRST_YEAR || year > LAST_YEAR) throw new OutsideCalendar(`trade date "${tradeDate}"`);
    return this.firstIndex((session) => session.tradeDate >= tradeDate);
  }

  /** Binary search: the predicate is false for some first sessions and true for all after them. */
  private firstIndex(predicate: (session: GlobexSession) => boolean): number {
    const sessions = this.allSessions();
    let low = 0;
    let high = sessions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (predicate(sessions[middle]!)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function isoTime(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}
