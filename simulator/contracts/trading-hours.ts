import type { SessionCalendar } from '../../shared/market/calendar/session-calendar.js';

const DAY_MS = 86_400_000;
const DAYS = 7;

/** Trading hours of the coming days as IB writes them. */
export interface TradingHours {
  /** The electronic session, for `tradingHours`. */
  readonly electronic: string;
  /** Regular trading hours, for `liquidHours`. */
  readonly regular: string;
}

/** By the product's calendar, in UTC, which the contract details name as the time zone. */
export function tradingHours(nowMs: number, { globexSessionOf, rthSessionOf }: SessionCalendar): TradingHours {
  const dates = Array.from({ length: DAYS }, (_, day) => new Date(nowMs + day * DAY_MS).toISOString().slice(0, 10));
  const write = (date: string, openMs: number | undefined, closeMs: number | undefined) =>
    openMs === undefined || closeMs === undefined
      ? `${date.replaceAll('-', '')}:CLOSED`
      : `${minuteOf(openMs)}-${minuteOf(closeMs)}`;
  return {
    electronic: dates
      .map((date) => {
        const session = globexSessionOf(date);
        return write(date, session?.globexOpenMs, session?.globexCloseMs);
      })
      .join(';'),
    regular: dates
      .map((date) => {
        const session = rthSessionOf(date);
        return write(date, session?.rthOpenMs, session?.rthCloseMs);
      })
      .join(';'),
  };
}

/** Whether a moment lies in a product's regular trading hours. */
export function isInRegularHours(ms: number, { rthSessionOf, tradeDateOf }: SessionCalendar): boolean {
  const session = rthSessionOf(tradeDateOf(ms));
  return session !== null && ms >= session.rthOpenMs && ms < session.rthCloseMs;
}

/** yyyymmdd:hhmm */
function minuteOf(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 10).replaceAll('-', '')}:${iso.slice(11, 13)}${iso.slice(14, 16)}`;
}
