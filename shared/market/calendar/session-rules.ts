import { type SummerTime, summerTimeOf } from './daylight-saving.js';
import type { GlobexSession } from './session.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Hours behind UTC in winter. */
export const NEW_YORK = 5;
export const CHICAGO = 6;

/**
 * Trade dates that depart from the rules, by year. Each line: month-day, Globex close in Chicago time (- for no session),
 * RTH close in the group's time (- for no RTH, = for the usual one or the Globex close, the earlier of them), ? where the
 * public sources do not agree on the Globex close, the occasion.
 */
export type Exceptions = Readonly<Record<number, readonly string[]>>;

/** When the products of one group trade. Local times are HH:MM, all at 03:00 or later, when a day's clock change is over. */
export interface SessionRules {
  /** Hours in Chicago; the open is on the day before the trade date. */
  globexHours(tradeDate: string): {
    readonly open: string;
    readonly close: string;
    readonly pause: { readonly start: string; readonly end: string } | null;
  };
  readonly rth: { readonly open: string; readonly close: string; readonly winterHoursBehindUtc: number };
  readonly exceptions: Exceptions;
  /**
   * Where a trade date turns. At the close, also an early one; or at the usual close whatever the day's, so that a trade
   * is never dated by an early close that the sources do not agree on.
   */
  readonly dateTurnsAt: 'close' | 'usual-close';
}

/** How a trade date departs from the rules. */
export interface Exception {
  /** HH:MM in Chicago; null without a session. */
  readonly globexClose: string | null;
  /** HH:MM in the group's time; null without RTH; undefined where it follows from the rules and the Globex close. */
  readonly rthClose: string | null | undefined;
  /** The public sources do not agree on the Globex close, or only one knows it: docs/calendar.md. */
  readonly disputed: boolean;
  /** Holiday or event. */
  readonly occasion: string;
}

/** Every session of a year in order: the rules, or what the exceptions say instead. Days without a session are left out. */
export function sessionsOfYear(rules: SessionRules, year: number): readonly GlobexSession[] {
  const summerTime = summerTimeOf(year);
  const exceptions = new Map((rules.exceptions[year] ?? []).map((line) => [line.slice(0, 5), parseException(line)]));
  const sessions: GlobexSession[] = [];
  for (let dateMs = Date.UTC(year, 0, 1); dateMs < Date.UTC(year + 1, 0, 1); dateMs += DAY_MS) {
    const date = new Date(dateMs);
    if (date.getUTCDay() === 0 || date.getUTCDay() === 6) continue;
    const tradeDate = date.toISOString().slice(0, 10);
    const session = sessionOn(rules, tradeDate, dateMs, summerTime, exceptions.get(tradeDate.slice(5)) ?? null);
    if (session) sessions.push(session);
  }
  return sessions;
}

/** How a trade date departs from the rules; null where it does not. */
export function exceptionOn({ exceptions }: SessionRules, tradeDate: string): Exception | null {
  const line = exceptions[Number(tradeDate.slice(0, 4))]?.find((candidate) => candidate.startsWith(tradeDate.slice(5)));
  return line ? parseException(line) : null;
}

function parseException(line: string): Exception {
  const [, globexClose, rthClose, disputed, ...occasion] = line.split(' ');
  return {
    globexClose: globexClose === '-' ? null : globexClose!,
    rthClose: rthClose === '=' ? undefined : rthClose === '-' ? null : rthClose!,
    disputed: disputed === '?',
    occasion: occasion.join(' '),
  };
}

function sessionOn(
  rules: SessionRules,
  tradeDate: string,
  dateMs: number,
  summerTime: SummerTime,
  exception: Exception | null,
): GlobexSession | null {
  const at = (dayMs: number, localTime: string, winterHours: number): number => {
    const hoursBehindUtc = dayMs >= summerTime.firstMs && dayMs < summerTime.endMs ? winterHours - 1 : winterHours;
    return dayMs + minutesOfDay(localTime) * MINUTE_MS + hoursBehindUtc * HOUR_MS;
  };
  const hours = rules.globexHours(tradeDate);
  const globexClose = exception ? exception.globexClose : hours.close;
  if (!globexClose) return null;
  const globexCloseMs = at(dateMs, globexClose, CHICAGO);
  const pause = hours.pause && {
    startMs: at(dateMs, hours.pause.start, CHICAGO),
    endMs: at(dateMs, hours.pause.end, CHICAGO),
  };
  const { rth } = rules;
  const rthClose = exception?.rthClose === undefined ? rth.close : exception.rthClose;
  const usualRthCloseMs = at(dateMs, rth.close, rth.winterHoursBehindUtc);
  // A close that the exceptions name is meant as it is; one that the rules name cannot outlast the session.
  const cutMs = exception?.rthClose === undefined ? globexCloseMs : Number.POSITIVE_INFINITY;
  const rthCloseMs = rthClose === null ? null : Math.min(at(dateMs, rthClose, rth.winterHoursBehindUtc), cutMs);
  return {
    tradeDate,
    globexOpenMs: at(dateMs - DAY_MS, hours.open, CHICAGO),
    globexCloseMs,
    dateEndMs: rules.dateTurnsAt === 'close' ? globexCloseMs : at(dateMs, hours.close, CHICAGO),
    pause: pause && pause.endMs < globexCloseMs ? pause : null,
    rth:
      rthCloseMs === null
        ? null
        : {
            tradeDate,
            rthOpenMs: at(dateMs, rth.open, rth.winterHoursBehindUtc),
            rthCloseMs,
            halfDay: rthCloseMs < usualRthCloseMs,
          },
  };
}

function minutesOfDay(localTime: string): number {
  return Number(localTime.slice(0, 2)) * 60 + Number(localTime.slice(3));
}
