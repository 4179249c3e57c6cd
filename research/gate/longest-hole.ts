import type { FoldPlan } from './fold-contract.js';

const DAY_MS = 86_400_000;

/** The most weekdays in a row between two trade dates; null where each weekday is followed by the next. @param dates yyyymmdd, in order */
export function longestHole(dates: readonly number[]): FoldPlan['hole'] {
  let hole: FoldPlan['hole'] = null;
  for (let i = 1; i < dates.length; i++) {
    const [after, before] = [dates[i - 1]!, dates[i]!];
    const weekdays = weekdaysBetween(after, before);
    if (weekdays > (hole?.weekdays ?? 0)) hole = { weekdays, after, before };
  }
  return hole;
}

function weekdaysBetween(after: number, before: number): number {
  let weekdays = 0;
  for (let day = dayOf(after) + 1; day < dayOf(before); day++) {
    // Day 0 was a Thursday.
    const weekday = (day + 4) % 7;
    if (weekday !== 0 && weekday !== 6) weekdays++;
  }
  return weekdays;
}

function dayOf(yyyymmdd: number): number {
  return Date.UTC(Math.floor(yyyymmdd / 10_000), (Math.floor(yyyymmdd / 100) % 100) - 1, yyyymmdd % 100) / DAY_MS;
}
