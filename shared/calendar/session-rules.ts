import { type SummerTime, summerTimeOf } from './daylight-saving.js';
import { EXCEPTIONS } from './exceptions.js';
import type { GlobexSession } from './session.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Hours behind UTC in winter. */
const NEW_YORK = 5;
const CHICAGO = 6;

/** Every session of a year in order: the rules, or what the exceptions say instead. Days without a session are left out. */
export function sessionsOfYear(year: number): readonly GlobexSession[] {
  const summerTime = summerTimeOf(year);
  const exceptions = new Map((EXCEPTIONS[year] ?? []).map((line) => [line.slice(0, 5), parseException(line)]));
  const sessions: GlobexSession[] = [];
  for (let dateMs = Date.UTC(year, 0, 1); dateMs < Date.UTC(year + 1, 0, 1); dateMs += DAY_MS) {
    const date = new Date(dateMs);
    if (date.getUTCDay() === 0 || date.getUTCDay() === 6) continue;
    const tradeDate = date.toISOString().slice(0, 10);
    const session = sessionOn(tradeDate, dateMs, summerTime, exceptions.get(tradeDate.slice(5)) ?? null);
    if (session) sessions.push(session);
  }
  return sessions;
}

/** How a trade date departs from the rules; null where it does not. */
export function exceptionOn(tradeDate: string): Exception | null {
  const line = EXCEPTIONS[Number(tradeDate.slice(0, 4))]?.find((candidate) => candidate.startsWith(tradeDate.slice(5)));
  return line ? parseException(line) : null;
}

export interface Exception {
  /** HH:MM in Chicago; null without a session. */
  readonly globexClose: string | null;
  /** HH:MM in New York; null without RTH. */
  readonly rthClose: string | null;
  /** The public sources differ on the Globex close: docs/calendar.md. */
  readonly disputed: boolean;
  /** Holiday or event. */
  readonly occasion: string;
}

function parseException(line: string): Exception {
  const [, globexClose, rthClose, disputed, ...occasion] = line.split(' ');
  return {
    globexClose: globexClose === '-' ? null : globexClose!,
    rthClose: rthClose === '-' ? null : rthClose!,
    disputed: disputed === '?',
    occasion: occasion.join(' '),
  };
}

function sessionOn(
  tradeDate: string,
  dateMs: number,
  summerTime: SummerTime,
  exception: Exception | null,
): GlobexSession | null {
  const at = (dayMs: number, localTime: string, winterHours: number): number => {
    const hoursBehindUtc = dayMs >= summerTime.firstMs && dayMs < summerTime.endMs ? winterHours - 1 : winterHours;
    return dayMs + minutesOfDay(localTime) * MINUTE_MS + hoursBehindUtc * HOUR_MS;
  };
  const hours = globexHours(tradeDate);
  const globexClose = exception ? exception.globexClose : hours.close;
  if (!globexClose) return null;
  const globexCloseMs = at(dateMs, globexClose, CHICAGO);
  const pause = hours.pause && {
    startMs: at(dateMs, hours.pause.start, CHICAGO),
    endMs: at(dateMs, hours.pause.end, CHICAGO),
  };
  const rthClose = exception ? exception.rthClose : '16:00';
  return {
    tradeDate,
    globexOpenMs: at(dateMs - DAY_MS, hours.open, CHICAGO),
    globexCloseMs,
    pause: pause && pause.endMs < globexCloseMs ? pause : null,
    rth: rthClose
      ? {
          tradeDate,
          rthOpenMs: at(dateMs, '09:30', NEW_YORK),
          rthCloseMs: at(dateMs, rthClose, NEW_YORK),
          halfDay: rthClose < '16:00',
        }
      : null,
  };
}

/** Globex hours in Chicago time by era; the open is on the day before the trade date. All at 03:00 or later, when the
 * day's clock change is over. */
function globexHours(tradeDate: string) {
  if (tradeDate < '2012-11-19') return { open: '15:30', close: '15:15', pause: null };
  const pause = tradeDate < '2021-06-28' ? { start: '15:15', end: '15:30' } : null;
  return { open: '17:00', close: '16:00', pause };
}

function minutesOfDay(localTime: string): number {
  return Number(localTime.slice(0, 2)) * 60 + Number(localTime.slice(3));
}
