import { z } from 'zod';
import { count, positiveCount, text } from './field-types.js';

const DAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be hh:mm of a 24-hour day');

/** How the bridge captures, reconnects and acts on decisions. */
export const bridgeConfig = z.strictObject({
  depthLevels: positiveCount.max(20).default(10).describe('Levels of the book asked for; CME futures have ten.'),
  segmentMiBMax: positiveCount.max(4096).default(64).describe('Size at which a capture segment is closed.'),
  segmentMinutesMax: z.number().positive().max(1440).default(15).describe('Age at which a capture segment is closed.'),
  captureBacklogMiBMax: positiveCount
    .max(4096)
    .default(256)
    .describe('Captured lines kept in memory while the disk is slow or full; more are dropped and recorded as a gap.'),
  orderLifetimeMs: positiveCount
    .max(600_000)
    .default(3000)
    .describe('Market milliseconds after which an order that has not filled is cancelled.'),
  flattenOtherOrders: z
    .enum(['leave', 'cancel'])
    .default('leave')
    .describe(
      "What an operator's flatten does with orders of other hands in the contract: leave them and raise an alarm, or cancel every order of the login, in every contract.",
    ),
  cancelOnStop: z
    .boolean()
    .default(true)
    .describe('Whether a bridge that is asked to stop first cancels the orders of its decisions; false leaves them.'),
  stopSecondsMax: positiveCount
    .max(15)
    .default(5)
    .describe(
      'Seconds that a stop waits for these orders to be gone; what is left then is reconciled at the next start.',
    ),
  bootstrapBarDays: count.max(30).default(2).describe('Days of 5-minute bars asked for on connect; 0 asks for none.'),
  restart: z
    .strictObject({
      dailyAt: timeOfDay.default('23:45').describe('Local time of the gateway computer at which it restarts each day.'),
      minutes: positiveCount.max(120).default(5).describe('Minutes that the restart may take before it is an alarm.'),
      weeklyDay: z.enum(DAYS).default('SUNDAY').describe('Day on which a person has to log in anew (second factor).'),
      weeklyAt: timeOfDay.default('01:00').describe('Local time at which the login of the week ends.'),
      weeklyMinutes: positiveCount
        .max(2880)
        .default(720)
        .describe('Minutes in which the person is expected to have logged in.'),
      timeZone: text.default('America/New_York').describe('IANA time zone of these times.'),
    })
    .prefault({})
    .describe('When a lost gateway is expected. Orders stop a minute before; an alarm waits until the end.'),
  downSecondsMax: positiveCount
    .default(120)
    .describe('Seconds without a working gateway, outside those windows, before the bridge escalates.'),
});
export type BridgeConfig = Readonly<z.infer<typeof bridgeConfig>>;
