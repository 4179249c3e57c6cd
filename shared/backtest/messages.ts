import { z } from 'zod';

/**
 * The one argument of `backtestRange`. Every field has a default, so that `{}` in the Web UI's form, `temporal` and
 * `tctl` runs the release that trades over the input that it was trained on.
 */
export const backtestInput = z.strictObject({
  /** Depth files on the research tier, absolute paths; none: the configured input. */
  files: z.array(z.string().min(1)).default([]),
  /** 5-minute bars that warm the bar features up; none: the configured input's, where `files` is empty too. */
  bars: z.array(z.string().min(1)).default([]),
  instrument: z.string().min(1).optional(),
  /** First and last trade date, both included. */
  dateFrom: z.iso.date().optional(),
  dateTo: z.iso.date().optional(),
  /** Tarball or candidate folder on the research tier; null: the release that trades. */
  release: z.string().min(1).nullable().default(null),
  /** As docs/backtest.md lists them; the research tier checks them. */
  settings: z.record(z.string(), z.unknown()).default({}),
  /** Who asked, for the record. */
  requestedBy: z.string().min(1).max(200).default('unnamed'),
});
export type BacktestInput = z.input<typeof backtestInput>;
export type BacktestRequest = Readonly<z.output<typeof backtestInput>>;
