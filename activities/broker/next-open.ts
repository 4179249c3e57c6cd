import { nextRthOpen } from '../../shared/market/calendar/cme-calendar.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import type { NextOpen } from './contract.js';

/** The next RTH open by the calendar, in market time, and how long that is on the wall. @throws OutsideCalendar */
export function nextOpen(clock: MarketClock, wallNowMs: number): NextOpen {
  const { tradeDate, rthOpenMs } = nextRthOpen(clock.marketMsAt(wallNowMs));
  return {
    tradeDate,
    rthOpen: new Date(rthOpenMs).toISOString(),
    rthOpenMarketMs: rthOpenMs,
    waitMs: Math.max(0, clock.wallMsAt(rthOpenMs) - wallNowMs),
  };
}
