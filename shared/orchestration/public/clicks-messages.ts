import { z } from 'zod';

export const clicksMonth = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month, such as 2026-11');

/** The one argument of `reviewClicks`: `{}` is the month that has ended last. */
export const reviewClicksInput = z.strictObject({
  month: clicksMonth.optional(),
  /** How often it reminds until somebody has read the report: a week. */
  remindSeconds: z
    .number()
    .int()
    .min(1)
    .max(30 * 86_400)
    .default(7 * 86_400),
  requestedBy: z.string().min(1).max(200).default('unnamed'),
});
export type ReviewClicksInput = z.input<typeof reviewClicksInput>;

/** Of who has read the report. */
export const clicksReviewed = z.strictObject({
  by: z.string().min(1).max(200),
  notes: z.string().max(2000).default(''),
});
export type ClicksReviewed = z.input<typeof clicksReviewed>;

export interface ReviewClicksResult {
  readonly month: string;
  readonly clicks: number;
  /** What the report asks to look at. */
  readonly flags: readonly string[];
  readonly reviewedBy: string;
  readonly notes: string;
  readonly reminders: number;
}

export const MARK_REVIEWED = 'markReviewed';
export const REVIEWED_MONTH = 'month';

export function clicksId(month: string): string {
  return `clicks/${month}`;
}

/** The month before that of a moment. */
export function monthBefore(nowMs: number): string {
  const now = new Date(nowMs);
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
}
