import type { Config } from '../shared/config/config.js';
import { calendarOf, type ProductCalendar } from '../shared/market/calendar/product-calendars.js';
import { OutsideCalendar, type SessionPhase } from '../shared/market/calendar/session-calendar.js';
import type { ListedContract } from './connection/contract.js';

export interface MarketHoursSettings {
  /** YYYY-MM-DD; null where nothing is delivered, or where it is not known. */
  readonly firstNoticeDate: string | null;
  readonly daysBeforeExpiry: number;
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

  /** @throws Failure NoCalendar */
  static of({ instrument, risk }: Pick<Config, 'instrument' | 'risk'>): MarketHours {
    const { firstNoticeDate, symbol } = instrument;
    return new MarketHours(calendarOf(symbol), { firstNoticeDate, daysBeforeExpiry: risk.daysBeforeExpiry });
  }

  constructor(
    private readonly calendar: ProductCalendar,
    private readonly settings: MarketHoursSettings,
  ) {}

  /** What the newest connection says of the contract. */
  learn(listed: ListedContract): void {
    this.listed = listed;
    this.noOpeningFromMs = this.firstMsWithoutOpening(listed);
  }

  phase(marketMs: number): SessionPhase {
    return this.calendar.sessionPhase(marketMs);
  }

  readonly tradeDateOf = (marketMs: number): string => this.calendar.tradeDateOf(marketMs);

  /** Market ms from which nothing may be opened any more; NaN while that is not known. */
  get lastOpenMs(): number {
    return this.noOpeningFromMs;
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
