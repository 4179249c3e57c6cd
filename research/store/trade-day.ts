import { equityIndexCalendar } from '../../shared/market/calendar/cme-calendar.js';
import { calendarOfInstrument } from '../../shared/market/calendar/product-calendars.js';
import { OutsideCalendar, type SessionCalendar } from '../../shared/market/calendar/session-calendar.js';

/**
 * cme: sessions of the product's group, which begin in the evening before; what happens between two sessions is the next
 * one's pre-open. cme-trades: for trades alone, which are made while a market is open: between two sessions they are of
 * a product that closes later, and belong to the session before. traded: sessions of the one group that is traded, for
 * what names no product but was done by the bridge. utc: markets without a close.
 */
export type DayRule = 'cme' | 'cme-trades' | 'traded' | 'utc';

/** An exchange trade date, and a span of times that all belong to it; ms since the epoch. */
export interface TradeDay {
  readonly tradeDate: string;
  readonly fromMs: number;
  /** First time that belongs to a later date. */
  readonly toMs: number;
}

const DAY_MS = 86_400_000;
/** Shorter than any session. */
const QUARTER_MS = 15 * 60_000;
const LAST_MS = Date.UTC(2262, 0, 1);

/** The trade day that a time belongs to; null where no calendar knows it. */
function tradeDayOf(ms: number, rule: DayRule, calendar: SessionCalendar): TradeDay | null {
  if (!(ms >= 0 && ms < LAST_MS)) return null;
  if (rule === 'utc') {
    const fromMs = Math.floor(ms / DAY_MS) * DAY_MS;
    return { tradeDate: new Date(fromMs).toISOString().slice(0, 10), fromMs, toMs: fromMs + DAY_MS };
  }
  try {
    const session = calendar.globexSessionOf(calendar.tradeDateOf(ms))!;
    if (rule !== 'cme-trades' || ms >= session.globexOpenMs)
      return { tradeDate: session.tradeDate, fromMs: ms, toMs: session.dateEndMs };
    return { tradeDate: openBefore(ms, calendar), fromMs: ms, toMs: session.globexOpenMs };
  } catch (error) {
    if (error instanceof OutsideCalendar) return null;
    throw error;
  }
}

/** The trade date of the last session that was open before a time. */
function openBefore(ms: number, calendar: SessionCalendar): string {
  for (let earlierMs = ms; ; earlierMs -= QUARTER_MS) {
    const session = calendar.globexSessionOf(calendar.tradeDateOf(earlierMs))!;
    if (earlierMs >= session.globexOpenMs) return session.tradeDate;
  }
}

/** Finds trade days quickly: most times lie in the day found last. */
export class TradeDays {
  private last: TradeDay | null = null;
  private readonly calendar: SessionCalendar;

  /** @param instrument whose product's sessions count; '' for the day that all products have in common */
  constructor(
    private readonly rule: DayRule,
    instrument: string,
  ) {
    this.calendar = rule === 'traded' ? equityIndexCalendar : calendarOfInstrument(instrument);
  }

  /** Null where no calendar knows the time. */
  at(ms: number): TradeDay | null {
    const { last } = this;
    if (last && ms >= last.fromMs && ms < last.toMs) return last;
    const day = tradeDayOf(ms, this.rule, this.calendar);
    if (!day) return null;
    this.last = day.tradeDate === last?.tradeDate ? { ...day, fromMs: Math.min(ms, last.fromMs) } : day;
    return this.last;
  }
}

const CME_GROUP = new Set(['CME', 'GLOBEX', 'CBOT', 'NYMEX', 'COMEX']);

/** The rule of an exchange, as IB or Databento name it. */
export function dayRuleOf(exchange: string | undefined): DayRule {
  return exchange === undefined || CME_GROUP.has(exchange) || exchange.startsWith('GLBX') ? 'cme' : 'utc';
}
