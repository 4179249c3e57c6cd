import { EQUITY_INDEX } from './group-rules.js';
import { SessionCalendar } from './session-calendar.js';

/**
 * When CME equity index futures trade: the market that the product is made for, and the only one that workflows ask. What
 * is of a certain product asks `product-calendars.ts`.
 */
export const equityIndexCalendar = new SessionCalendar(EQUITY_INDEX);

export const { nextRthOpen, rthSessionOf, globexSessionOf, rthSessionsFrom, tradeDateOf, sessionPhase } =
  equityIndexCalendar;

/** Whether an RTH session opened within the last 24 hours: false in the evening of a weekend day or an exchange holiday. */
export function hadRthInLastDay(nowMs: number): boolean {
  return nextRthOpen(nowMs - 86_400_000).rthOpenMs <= nowMs;
}
