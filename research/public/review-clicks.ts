import { z } from 'zod';
import { clicksMonth } from '../../shared/orchestration/public/clicks-messages.js';

const count = z.number().int().nonnegative();

/** As the page tells a month. */
export const monthOfClicks = z.object({
  v: z.literal(1),
  month: clicksMonth,
  rows: z.array(
    z.object({
      day: z.iso.date(),
      site: z.string(),
      page: z.string(),
      target: z.string(),
      campaign: z.string(),
      n: count,
    }),
  ),
});
export type MonthOfClicks = z.infer<typeof monthOfClicks>;

export const clicksReview = z.strictObject({
  kind: z.literal('believe.clicks-review'),
  version: z.literal(1),
  month: clicksMonth,
  clicks: count,
  /** Of the month before; null where there is none. */
  clicksBefore: count.nullable(),
  pages: z.array(z.strictObject({ page: z.string(), clicks: count, before: count.nullable() })),
  targets: z.array(z.strictObject({ page: z.string(), clicks: count, before: count.nullable() })),
  campaigns: z.array(z.strictObject({ page: z.string(), clicks: count, before: count.nullable() })),
  days: z.array(z.strictObject({ day: z.iso.date(), clicks: count })),
  /** What a person should look at, in plain words. */
  flags: z.array(z.string()),
});
export type ClicksReview = z.infer<typeof clicksReview>;

/** So few say nothing. */
const CLICKS_MIN = 20;
/** A day with so many times the median day is no day of people. */
const BOT_FACTOR = 10;
const BOT_CLICKS_MIN = 200;

type Rows = MonthOfClicks['rows'];

/** The month's counts against the month before, and what is odd in them. @param before null where nothing is known of it */
export function reviewOf(month: MonthOfClicks, before: MonthOfClicks | null): ClicksReview {
  const sums = (of: (row: Rows[number]) => string, skip = '') => {
    const [now, then] = [sumBy(month.rows, of), sumBy(before?.rows ?? [], of)];
    return [...new Set([...now.keys(), ...then.keys()])]
      .filter((name) => name !== skip)
      .sort()
      .map((page) => ({ page, clicks: now.get(page) ?? 0, before: before ? (then.get(page) ?? 0) : null }));
  };
  const days = [...sumBy(month.rows, ({ day }) => day)].map(([day, clicks]) => ({ day, clicks }));
  const parts = {
    pages: sums(({ site, page }) => `${site}${page}`),
    targets: sums(({ target }) => target, '-'),
    campaigns: sums(({ campaign }) => campaign, '-'),
  };
  return clicksReview.parse({
    ...{ kind: 'believe.clicks-review', version: 1, month: month.month, clicks: totalOf(month.rows) },
    ...{ clicksBefore: before ? totalOf(before.rows) : null, ...parts, days },
    flags: [
      ...botDays(days),
      ...gone(parts.targets, 'nobody has followed', 'is it a dead link?'),
      ...gone(parts.campaigns, 'nothing came from the campaign', 'is its link broken, or is it over?'),
      ...gone(parts.pages, 'nobody has opened', 'is it still linked?'),
    ],
  });
}

function botDays(days: readonly { day: string; clicks: number }[]): string[] {
  const sorted = days.map(({ clicks }) => clicks).sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  return days
    .filter(({ clicks }) => clicks >= BOT_CLICKS_MIN && clicks > BOT_FACTOR * median)
    .map(({ day, clicks }) => `${day}: ${clicks} clicks, where the median day has ${median}: a program?`);
}

function gone(
  sums: readonly { page: string; clicks: number; before: number | null }[],
  what: string,
  ask: string,
): string[] {
  return sums
    .filter(({ clicks, before }) => clicks === 0 && before !== null && before >= CLICKS_MIN)
    .map(({ page, before }) => `${what} ${page}, ${before} times the month before: ${ask}`);
}

function sumBy(rows: Rows, of: (row: Rows[number]) => string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(of(row), (sums.get(of(row)) ?? 0) + row.n);
  return sums;
}

function totalOf(rows: Rows): number {
  return rows.reduce((sum, { n }) => sum + n, 0);
}
