import { z } from 'zod';

/** Ten years of days in a few files each; what is more is asked for in parts. */
const FILES_MAX = 5000;
const PATH_CHARACTERS_MAX = 1000;
const SETTINGS_MAX = 100;
const place = z.string().min(1).max(PATH_CHARACTERS_MAX);

/**
 * The one argument of `backtestRange`. Every field has a default, so that `{}` in the Web UI's form, `temporal` and
 * `tctl` runs the release that trades over the input that it was trained on.
 */
export const backtestInput = z.strictObject({
  /** Depth files of the input and of backtest.folders on the research tier, absolute paths; none: the configured input. */
  files: z.array(place).max(FILES_MAX).default([]),
  /** 5-minute bars that warm the bar features up; none: the configured input's, where `files` is empty too. */
  bars: z.array(place).max(FILES_MAX).default([]),
  instrument: z.string().min(1).max(100).optional(),
  /** First and last trade date, both included. */
  dateFrom: z.iso.date().optional(),
  dateTo: z.iso.date().optional(),
  /** Tarball or candidate folder on the research tier; null: the release that trades. */
  release: place.nullable().default(null),
  /** As docs/backtest.md lists them; the research tier checks them. */
  settings: z
    .record(z.string().max(100), z.unknown())
    .refine((settings) => Object.keys(settings).length <= SETTINGS_MAX, `at most ${SETTINGS_MAX} settings`)
    .default({}),
  /** Who asked, for the record. */
  requestedBy: z.string().min(1).max(200).default('unnamed'),
});
export type BacktestInput = z.input<typeof backtestInput>;
export type BacktestRequest = Readonly<z.output<typeof backtestInput>>;
