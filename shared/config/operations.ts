import { z } from 'zod';
import { positiveCount, text } from './field-types.js';

export const shipConfig = z.strictObject({
  releaseLifetimeDays: z
    .number()
    .positive()
    .max(366)
    .default(30)
    .describe('Days after which no broker loads a release any more; a running one is not stopped.'),
  holdTimeoutDays: z
    .number()
    .positive()
    .max(60)
    .default(14)
    .describe('Days that a held ship waits for a decision before it is rejected.'),
  keepWorkDays: positiveCount
    .max(3650)
    .default(90)
    .describe(
      'Days after the last file of a ship for which its samples and folds are kept, 14 more than ship.holdTimeoutDays at least; candidate, evidence and reports stay.',
    ),
  remindEveryHours: z.number().positive().max(168).default(12).describe('Hours between reminders of a held ship.'),
  observeMarketSeconds: z
    .number()
    .positive()
    .max(3600)
    .default(120)
    .describe('Market seconds after a swap in which a fault rolls the release back.'),
});

export const backtestConfig = z.strictObject({
  folders: z
    .array(text)
    .default([])
    .describe(
      'Folders of market data, releases and candidates that a backtest by workflow may name, beside the configured input and what the research tier made itself.',
    ),
});

const DAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

export const scheduleConfig = z.strictObject({
  enabled: z.boolean().default(true).describe('Keep a schedule that retrains and ships.'),
  hour: z
    .number()
    .int()
    .min(0)
    .max(23)
    .refine(
      (hour) => hour < 1 || hour > 2,
      '0 or 3 to 23: where clocks change, 02:30 is skipped in spring and 01:30 comes twice in autumn',
    )
    .default(17)
    .describe('Hour of the local day, 0 or 3 to 23 (clock changes skip or repeat the hours between).'),
  minute: z.number().int().min(0).max(59).default(30).describe('Minute of the hour.'),
  daysOfWeek: z
    .array(z.enum(DAYS))
    .min(1)
    .default(['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'])
    .describe('Local days on which it runs; exchange holidays are left out by the workflow.'),
  timeZone: text
    .refine(isTimeZone, 'a time zone of the IANA database, such as America/Chicago')
    .default('America/Chicago')
    .describe('IANA time zone of hour and minute.'),
  catchupWindowMinutes: positiveCount
    .max(1440)
    .default(120)
    .describe('A run missed by longer than this (server down) is not made up for.'),
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
