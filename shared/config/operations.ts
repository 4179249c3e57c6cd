import { z } from 'zod';
import { count, positiveCount, text } from './field-types.js';

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

/** Every limit is checked before an order leaves; a limit that cannot be checked counts as exceeded. */
export const riskConfig = z.strictObject({
  maxPositionContracts: positiveCount
    .max(1000)
    .default(1)
    .describe('Largest absolute position, working orders included.'),
  maxOrderSizeContracts: positiveCount.max(1000).default(1).describe('Largest single order.'),
  priceCollarTicks: positiveCount.max(1000).default(8).describe('Furthest limit price from the mid price.'),
  maxOrdersPerMinute: positiveCount.max(1000).default(20).describe('Orders sent in any sixty seconds.'),
  maxOpenOrders: positiveCount.max(100).default(2).describe('Orders working at once.'),
  maxDailyLossUsd: z
    .number()
    .positive()
    .default(1000)
    .describe('Loss of a trade date, open position included, that halts trading.'),
  staleDataMs: positiveCount
    .default(5000)
    .describe('Market milliseconds without a market event after which no order is sent.'),
  flattenBeforeCloseSeconds: count
    .max(3600)
    .default(120)
    .describe('Market seconds before the RTH close at which the position is closed.'),
  daysBeforeExpiry: count
    .max(60)
    .default(1)
    .describe(
      'Trade dates before the last trade date (or first notice, where that is earlier) from which on nothing is opened; 0: on that date itself.',
    ),
});
export type RiskLimits = Readonly<z.infer<typeof riskConfig>>;
