import { Failure } from '../failure.js';
import { globexSessionOf, rthSessionOf, type SessionPhase, sessionPhase, tradeDateOf } from './cme-calendar.js';
import type { GlobexSession, RthSession } from './session.js';

/** When products of one group trade. Its functions throw OutsideCalendar for years that it does not know. */
export interface ProductCalendar {
  readonly group: string;
  /** Cash: nothing is delivered, so that only the last trading day matters. Delivery: the first notice day as well. */
  readonly settlement: 'cash' | 'delivery';
  sessionPhase(ms: number): SessionPhase;
  tradeDateOf(ms: number): string;
  rthSessionOf(tradeDate: string): RthSession | null;
  globexSessionOf(tradeDate: string): GlobexSession | null;
}

/** Regular hours are those of the American stock market: docs/calendar.md has the sources. */
const EQUITY_INDEX: ProductCalendar = {
  group: 'CME equity index',
  settlement: 'cash',
  ...{ sessionPhase, tradeDateOf, rthSessionOf, globexSessionOf },
};

/** By the product's symbol as IB writes it. A product that is not listed has hours that nobody has looked up yet. */
const CALENDARS: Readonly<Record<string, ProductCalendar>> = Object.fromEntries(
  [[['ES', 'NQ', 'RTY', 'YM', 'EMD', 'MES', 'MNQ', 'M2K', 'MYM'], EQUITY_INDEX] as const].flatMap(
    ([symbols, calendar]) => symbols.map((symbol) => [symbol, calendar]),
  ),
);

/** Products whose calendar is known, by symbol. */
export const PRODUCTS_WITH_CALENDAR: readonly string[] = Object.keys(CALENDARS);

/** The calendar by which a product trades. @throws Failure NoCalendar: another market's hours are no substitute */
export function calendarOf(symbol: string): ProductCalendar {
  const calendar = Object.hasOwn(CALENDARS, symbol) ? CALENDARS[symbol] : undefined;
  if (calendar) return calendar;
  throw new Failure(
    'NoCalendar',
    `the trading hours of ${symbol} are not known`,
    `trade one of ${PRODUCTS_WITH_CALENDAR.join(', ')} (instrument.symbol), or add the calendar of ${symbol} as docs/calendar.md describes`,
  );
}
