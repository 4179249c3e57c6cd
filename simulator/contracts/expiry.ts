import type { ExpiryRule } from './product.js';

/** Last trading day of a contract month, as yyyymmdd. `month` counts from 1. Weekends only: no holiday calendar. */
export function lastTradingDay(rule: ExpiryRule, year: number, month: number): string {
  return yyyymmdd(DAY_OF[rule](year, month));
}

const DAY_OF: Record<ExpiryRule, (year: number, month: number) => Date> = {
  'third-friday': (year, month) => nthWeekday(year, month, 5, 3),
  'two-business-days-before-third-wednesday': (year, month) => businessDaysBefore(nthWeekday(year, month, 3, 3), 2),
  'three-business-days-before-25th-of-month-before': (year, month) =>
    businessDaysBefore(
      new Date(Date.UTC(year, month - 2, 25)),
      isWeekend(new Date(Date.UTC(year, month - 2, 25))) ? 4 : 3,
    ),
  'third-last-business-day': (year, month) => businessDaysBefore(new Date(Date.UTC(year, month, 1)), 3),
  'eighth-last-business-day': (year, month) => businessDaysBefore(new Date(Date.UTC(year, month, 1)), 8),
};

function nthWeekday(year: number, month: number, weekday: number, n: number): Date {
  const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  return new Date(Date.UTC(year, month - 1, 1 + ((weekday - first + 7) % 7) + 7 * (n - 1)));
}

function businessDaysBefore(day: Date, count: number): Date {
  const at = new Date(day);
  for (let left = count; left > 0; ) {
    at.setUTCDate(at.getUTCDate() - 1);
    if (!isWeekend(at)) left--;
  }
  return at;
}

function isWeekend(day: Date): boolean {
  return day.getUTCDay() === 0 || day.getUTCDay() === 6;
}

function yyyymmdd(day: Date): string {
  return day.toISOString().slice(0, 10).replaceAll('-', '');
}
