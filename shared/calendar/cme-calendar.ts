import { Failure } from '../failure.js';
import type { GlobexSession, RthSession } from './session.js';
import { sessionsOfYear } from './session-rules.js';

/** The years that the calendar knows. Before 2012-11-19 its Globex hours are a rule of thumb: docs/calendar.md. */
const FIRST_YEAR = 2010;
const LAST_YEAR = 2030;

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

/** The first RTH session that opens strictly after a time. @throws OutsideCalendar */
export function nextRthOpen(nowMs: number): RthSession {
  const sessions = allSessions();
  for (let index = indexAt(nowMs); index < sessions.length; index++) {
    const { rth } = sessions[index]!;
    if (rth && rth.rthOpenMs > nowMs) return rth;
  }
  throw new OutsideCalendar(`the RTH open after ${isoTime(nowMs)}`);
}

/** Whether an RTH session opened within the last 24 hours: false in the evening of a weekend day or an exchange holiday. */
export function hadRthInLastDay(nowMs: number): boolean {
  return nextRthOpen(nowMs - 86_400_000).rthOpenMs <= nowMs;
}

/** RTH of a trade date (YYYY-MM-DD); null where the cash market is shut. @throws OutsideCalendar */
export function rthSessionOf(tradeDate: string): RthSession | null {
  return globexSessionOf(tradeDate)?.rth ?? null;
}

/** The electronic session of a trade date (YYYY-MM-DD); null on weekends and full holidays. @throws OutsideCalendar */
export function globexSessionOf(tradeDate: string): GlobexSession | null {
  const session = allSessions()[indexFrom(tradeDate)];
  return session?.tradeDate === tradeDate ? session : null;
}

/** RTH sessions from a trade date (itself included) to the end of the calendar. @throws OutsideCalendar */
export function rthSessionsFrom(tradeDate: string): readonly RthSession[] {
  return allSessions()
    .slice(indexFrom(tradeDate))
    .flatMap(({ rth }) => rth ?? []);
}

/**
 * Exchange trade date that an event belongs to: that of the electronic session which is open, else of the next one to
 * open. So 17:00 Chicago starts the next trade date, and Friday evening belongs to Monday. @throws OutsideCalendar
 */
export function tradeDateOf(ms: number): string {
  return allSessions()[indexAt(ms)]!.tradeDate;
}

/**
 * overnight: Globex before the day's RTH (all day on days without). evening: Globex after RTH. pause: the short halt
 * in the afternoon of former years. maintenance: the short halt between two sessions. closed: weekends, holidays.
 */
export type SessionPhase = 'overnight' | 'rth' | 'evening' | 'pause' | 'maintenance' | 'closed';

const MAINTENANCE_MS_MAX = 60 * 60_000;

/** What the market is doing at a time. @throws OutsideCalendar */
export function sessionPhase(ms: number): SessionPhase {
  const index = indexAt(ms);
  const { globexOpenMs, pause, rth } = allSessions()[index]!;
  if (ms < globexOpenMs) {
    const priorCloseMs = allSessions()[index - 1]?.globexCloseMs ?? Number.NEGATIVE_INFINITY;
    return globexOpenMs - priorCloseMs <= MAINTENANCE_MS_MAX ? 'maintenance' : 'closed';
  }
  if (pause && ms >= pause.startMs && ms < pause.endMs) return 'pause';
  if (!rth || ms < rth.rthOpenMs) return 'overnight';
  return ms < rth.rthCloseMs ? 'rth' : 'evening';
}

let cachedSessions: readonly GlobexSession[] | undefined;

/** Every session, in order; built on first use (a few milliseconds). */
function allSessions(): readonly GlobexSession[] {
  cachedSessions ??= Array.from({ length: LAST_YEAR - FIRST_YEAR + 1 }, (_, i) =>
    sessionsOfYear(FIRST_YEAR + i),
  ).flat();
  return cachedSessions;
}

/** Index of the first session that closes after a time. */
function indexAt(ms: number): number {
  const index = firstIndex((session) => session.globexCloseMs > ms);
  if (!(ms >= Date.UTC(FIRST_YEAR, 0, 1)) || index === allSessions().length) throw new OutsideCalendar(isoTime(ms));
  return index;
}

/** Index of the first session on a trade date or after it. */
function indexFrom(tradeDate: string): number {
  const year = Number(tradeDate.slice(0, 4));
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(tradeDate) && !Number.isNaN(Date.parse(tradeDate));
  if (!isDate || year < FIRST_YEAR || year > LAST_YEAR) throw new OutsideCalendar(`trade date "${tradeDate}"`);
  return firstIndex((session) => session.tradeDate >= tradeDate);
}

/** Binary search: the predicate is false for some first sessions and true for all after them. */
function firstIndex(predicate: (session: GlobexSession) => boolean): number {
  const sessions = allSessions();
  let low = 0;
  let high = sessions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (predicate(sessions[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function isoTime(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}
