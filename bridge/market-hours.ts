import type { Config } from '../shared/config/config.js';
import type { RollRule } from '../shared/config/market.js';
import { calendarOf, type ProductCalendar } from '../shared/market/calendar/product-calendars.js';
import { OutsideCalendar, type SessionPhase } from '../shared/market/calendar/session-calendar.js';
import { rollDateOf, tradeDateAhead, tradeDateFrom, watchDateOf } from '../shared/market/roll/roll-date.js';
import type { ListedContract } from './connection/contract.js';

export interface MarketHoursSettings {
  /** YYYY-MM-DD; null where nothing is delivered, or where it is not known. */
  readonly firstNoticeDate: string | null;
  readonly daysBeforeExpiry: number;
  /** Null where one contract is traded alone. */
  readonly roll: RollRule | null;
}

/**
 * IB counts futures' hours to the exchange's settlement or close, which lies after the close of the stock market: later by
 * this much is no difference. (16:00 in New York is 15:00 in Chicago; the exchange closes at 15:15 or 16:00 there.)
 */
const USUALLY_LATER_MS = 60 * 60_000;

/** So long after the open it is still the open: a bridge that was restarted over it need not wait for the next one. */
const LATE_OPEN_MS = 60_000;
/** No two opens of regular hours lie further apart. */
const DAYS_BETWEEN_OPENS_MAX = 14;

/** When our contract is traded: by its product's calendar, and by what the gateway says of the contract where that is less. */
export class MarketHours {
  private listed: ListedContract | null = null;
  private noOpeningFromMs = Number.NaN;
  private rollDay: string | null = null;
  private watchDay: string | null = null;
  private rollStartMs: number;

  /** @throws Failure NoCalendar */
  static of({ instrument, risk }: Pick<Config, 'instrument' | 'risk'>): MarketHours {
    const { firstNoticeDate, symbol, roll } = instrument;
    return new MarketHours(calendarOf(symbol), { firstNoticeDate, daysBeforeExpiry: risk.daysBeforeExpiry, roll });
  }

  constructor(
    private readonly calendar: ProductCalendar,
    private readonly settings: MarketHoursSettings,
  ) {
    this.rollStartMs = settings.roll === null ? Number.POSITIVE_INFINITY : Number.NaN;
  }

  /** What the newest connection says of the contract. */
  learn(listed: ListedContract): void {
    this.listed = listed;
    this.noOpeningFromMs = this.firstMsWithoutOpening(listed);
    this.planRoll(listed);
  }

  phase(marketMs: number): SessionPhase {
    return this.calendar.sessionPhase(marketMs);
  }

  readonly tradeDateOf = (marketMs: number): string => this.calendar.tradeDateOf(marketMs);

  /** Market ms from which nothing may be opened any more; NaN while that is not known. */
  get lastOpenMs(): number {
    return this.noOpeningFromMs;
  }

  /** The first trade date in the next contract, by the rule; null where there is no rule, or it is not known. */
  get rollDate(): string | null {
    return this.rollDay;
  }

  /** The first trade date on which volume may decide; null where it does not, or it is not known. */
  get watchDate(): string | null {
    return this.watchDay;
  }

  /** Trade dates with regular hours that have ended, of those on which volume may decide; oldest first. */
  watchedDates(marketMs: number): string[] {
    const { watchDay, rollDay } = this;
    const today = this.tradeDateOf(marketMs);
    const dates: string[] = [];
    if (rollDay !== null)
      for (let date = watchDay; date !== null && date < rollDay && date < today; date = this.tradeDateFrom(date, 1))
        dates.push(date);
    return dates;
  }

  /** Market ms at which the roll date begins; infinite where one contract is traded alone, NaN while it is not known. */
  get rollMs(): number {
    return this.rollStartMs;
  }

  /** Last trade date of the contract, by the gateway; null while it is not known. */
  get lastTradeDate(): string | null {
    return this.listed?.lastTradeDate ?? null;
  }

  /** The trade date with regular hours so many before (negative) or after one; null beyond the calendar. */
  tradeDateFrom(tradeDate: string, count: number): string | null {
    return withinCalendar(() => tradeDateFrom(tradeDate, count, this.calendar));
  }

  /** The trade date whose regular hours are on or come next; null beyond the calendar. */
  tradeDateAhead(marketMs: number): string | null {
    return withinCalendar(() => tradeDateAhead(marketMs, this.calendar));
  }

  /** Market ms of the open of regular hours of a trade date; NaN where it has none. */
  rthOpenMs(tradeDate: string): number {
    return this.calendar.rthSessionOf(tradeDate)?.rthOpenMs ?? Number.NaN;
  }

  /** Market ms of the end of today's regular hours, the earlier where two are named; NaN where there are none. */
  rthCloseMs(marketMs: number): number {
    const tradeDate = this.tradeDateOf(marketMs);
    const rth = this.calendar.rthSessionOf(tradeDate);
    if (rth === null) return Number.NaN;
    const hours = this.listed?.regularHours.get(tradeDate);
    if (hours === undefined) return rth.rthCloseMs;
    return hours === null ? rth.rthOpenMs : Math.min(rth.rthCloseMs, hours.closeMs);
  }

  /**
   * Market ms of the open of regular hours that it is now, or else of the next one; Infinity where the calendar names none.
   * Nobody's word but the calendar's: see `HotSwap`.
   */
  openNowOrNextMs(marketMs: number): number {
    try {
      for (let day = 0; day < DAYS_BETWEEN_OPENS_MAX; day++) {
        const rth = this.calendar.rthSessionOf(this.tradeDateOf(marketMs + day * 86_400_000));
        if (rth !== null && marketMs <= rth.rthOpenMs + LATE_OPEN_MS) return rth.rthOpenMs;
      }
    } catch (error) {
      if (!(error instanceof OutsideCalendar)) throw error;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** How today's end of regular hours differs from the gateway's, in plain words; null where it does not. */
  differenceAt(marketMs: number): string | null {
    const tradeDate = this.tradeDateOf(marketMs);
    const rth = this.calendar.rthSessionOf(tradeDate);
    const hours = this.listed?.regularHours.get(tradeDate);
    if (rth === null || hours === undefined) return null;
    if (hours === null) return `${tradeDate}: the gateway says closed, the calendar has regular hours`;
    const laterMs = hours.closeMs - rth.rthCloseMs;
    if (laterMs >= 0 && laterMs <= USUALLY_LATER_MS) return null;
    const iso = (ms: number) => new Date(ms).toISOString();
    return `${tradeDate}: regular hours end at ${iso(hours.closeMs)} by the gateway, at ${iso(rth.rthCloseMs)} by the calendar; the earlier counts`;
  }

  private planRoll({ lastTradeDate }: ListedContract): void {
    const { roll } = this.settings;
    if (roll === null) return;
    const { calendar } = this;
    const plan = (of: typeof rollDateOf) =>
      lastTradeDate === null ? null : withinCalendar(() => of(lastTradeDate, roll, calendar));
    this.rollDay = plan(rollDateOf);
    this.watchDay = roll.rule === 'volume' ? plan(watchDateOf) : null;
    const before = this.rollDay === null ? null : withinCalendar(() => tradeDateFrom(this.rollDay!, -1, calendar));
    // With the end of the trade date before, so that no moment lies between the two.
    this.rollStartMs = before === null ? Number.NaN : (calendar.globexSessionOf(before)?.dateEndMs ?? Number.NaN);
  }

  /** The Globex open of the trade date that lies so many trade dates before the last one, or before first notice. */
  private firstMsWithoutOpening({ lastTradeDate }: ListedContract): number {
    const { firstNoticeDate, daysBeforeExpiry } = this.settings;
    if (lastTradeDate === null || (firstNoticeDate === null && this.calendar.settlement === 'delivery'))
      return Number.NaN;
    const end = firstNoticeDate !== null && firstNoticeDate < lastTradeDate ? firstNoticeDate : lastTradeDate;
    try {
      let day = Date.parse(`${end}T00:00:00Z`);
      for (let before = daysBeforeExpiry; ; day -= 86_400_000) {
        const session = this.calendar.globexSessionOf(new Date(day).toISOString().slice(0, 10));
        if (session && before-- <= 0) return session.globexOpenMs;
      }
    } catch (error) {
      if (error instanceof OutsideCalendar) return Number.NaN;
      throw error;
    }
  }
}

function withinCalendar<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch (error) {
    if (error instanceof OutsideCalendar) return null;
    throw error;
  }
}
