import type { RollRule } from '../../config/market.js';
import type { ProductCalendar } from '../calendar/product-calendars.js';

/** As much of a product's calendar as a roll needs. */
export type RollCalendar = Pick<ProductCalendar, 'rthSessionOf' | 'tradeDateOf'>;

const DAY_MS = 86_400_000;

/**
 * The first trade date (YYYY-MM-DD) in the next contract: the first one with regular hours that lies so many calendar days
 * before the last trade date of the present contract, or after. @throws OutsideCalendar
 */
export function rollDateOf(lastTradeDate: string, rule: RollRule, calendar: RollCalendar): string {
  return atOrAfter(daysFrom(lastTradeDate, -rule.calendarDaysBeforeExpiry), calendar);
}

/**
 * How many trade dates before the last one the roll date lies at most: on the best weekday, without holidays. What stops
 * openings more of them before leaves trade dates without trading, whichever contract it is.
 */
export function tradeDatesBeforeExpiryMax(calendarDays: number): number {
  const [monday, friday] = [1, 5];
  const isTradeDate = (day: number) => (((day % 7) + 7) % 7) % 6 !== 0;
  const before = (last: number) =>
    Array.from({ length: calendarDays }, (_, at) => last - calendarDays + at).filter(isTradeDate).length;
  return Math.max(...Array.from({ length: friday - monday + 1 }, (_, at) => before(monday + at)));
}

/** The first trade date on which both contracts are compared, where volume decides. @throws OutsideCalendar */
export function watchDateOf(lastTradeDate: string, rule: RollRule, calendar: RollCalendar): string {
  return atOrAfter(daysFrom(lastTradeDate, -rule.watchCalendarDaysBeforeExpiry), calendar);
}

/** The trade date with regular hours so many before (negative) or after one that has them; 0: itself. @throws OutsideCalendar */
export function tradeDateFrom(tradeDate: string, count: number, calendar: RollCalendar): string {
  let date = tradeDate;
  for (let left = Math.abs(count); left > 0; ) {
    date = daysFrom(date, Math.sign(count));
    if (calendar.rthSessionOf(date) !== null) left--;
  }
  return date;
}

/** The trade date whose regular hours are on, or come next. @throws OutsideCalendar */
export function tradeDateAhead(marketMs: number, calendar: RollCalendar): string {
  const tradeDate = calendar.tradeDateOf(marketMs);
  const rth = calendar.rthSessionOf(tradeDate);
  return atOrAfter(rth !== null && marketMs >= rth.rthCloseMs ? daysFrom(tradeDate, 1) : tradeDate, calendar);
}

function atOrAfter(tradeDate: string, calendar: RollCalendar): string {
  let date = tradeDate;
  while (calendar.rthSessionOf(date) === null) date = daysFrom(date, 1);
  return date;
}

function daysFrom(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}
