import { z } from 'zod';
import { CAPTURED_FEEDS } from '../contract/capture-source.js';
import { clockSpec, tradeDate } from '../market/clock/market-clock.js';
import { count, positiveCount, text } from './field-types.js';

/** When one contract month follows the other. */
export const rollConfig = z
  .strictObject({
    rule: z
      .enum(['calendar', 'volume'])
      .default('calendar')
      .describe(
        'calendar: by days before the last trade date. volume: once the next contract is traded more, by the calendar at the latest.',
      ),
    calendarDaysBeforeExpiry: positiveCount
      .max(60)
      .default(8)
      .describe(
        'The first trade date so many calendar days before the last one, or after, is the first in the next contract, at the latest.',
      ),
    overlapTradeDates: positiveCount
      .max(10)
      .default(1)
      .describe('Trade dates before the roll, and from it on, on which both contracts are captured.'),
    watchCalendarDaysBeforeExpiry: positiveCount
      .max(90)
      .default(14)
      .describe('By volume: so many calendar days before the last trade date both are captured and compared.'),
    confirmTradeDates: positiveCount
      .max(10)
      .default(1)
      .describe('By volume: trade dates in a row on which the next contract must have been traded more.'),
    missingSecondsMax: count
      .max(86_400)
      .default(300)
      .describe('By volume: a trade date counts where no more of its regular hours is missing from either capture.'),
  })
  .superRefine(({ rule, calendarDaysBeforeExpiry, watchCalendarDaysBeforeExpiry }, context) => {
    if (rule === 'volume' && watchCalendarDaysBeforeExpiry <= calendarDaysBeforeExpiry)
      context.addIssue({
        ...{ code: 'custom', path: ['watchCalendarDaysBeforeExpiry'] },
        message: `more than ${calendarDaysBeforeExpiry} (calendarDaysBeforeExpiry), or volume has no date to decide on`,
      });
  });
export type RollRule = Readonly<z.infer<typeof rollConfig>>;

export const instrumentConfig = z.strictObject({
  localSymbol: text
    .default('ESZ5')
    .describe('Contract as the exchange writes it; names data files. With a roll: the one to begin with.'),
  roll: rollConfig
    .nullable()
    .default(null)
    .describe(
      'How the bridge goes on from one contract to the next (docs/roll.md); null: it trades localSymbol alone.',
    ),
  symbol: text.default('ES').describe('Product symbol.'),
  exchange: text.default('CME').describe('Exchange as IB writes it.'),
  currency: z
    .string()
    .refine((currency) => currency === 'USD', 'USD: risk.maxDailyLossUsd is compared with profit in this currency')
    .default('USD')
    .describe('Currency of price, PnL and account; USD is the only one that the loss limit knows.'),
  tickSize: z.number().positive().default(0.25).describe('Smallest price step, in points.'),
  multiplier: z.number().positive().default(50).describe('Currency units a point.'),
  firstNoticeDate: tradeDate
    .nullable()
    .default(null)
    .describe('First notice day of a contract that is delivered, by the exchange; null where nothing is delivered.'),
});
export type Instrument = Readonly<z.infer<typeof instrumentConfig>>;

const replay = clockSpec.options[1].shape;

/** What a clock is made from; the wall time at which it started is in the home folder's market-clock.json. */
export const clockConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('real').describe('Market time is the time of this machine.') }),
  z.strictObject({
    kind: z.literal('replay').describe('Market time runs from one RTH open to the next, skipping what lies between.'),
    firstTradeDate: tradeDate
      .nullable()
      .default(null)
      .describe('First trade date played; null for the one after the last day of the input.'),
    speed: replay.speed.default(6).describe('Market seconds a wall second.'),
    beforeOpenSeconds: replay.beforeOpenSeconds.default(30).describe('Market seconds played before each RTH open.'),
    afterOpenSeconds: replay.afterOpenSeconds.default(300).describe('Market seconds played after each RTH open.'),
  }),
]);

export const inputConfig = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('synthetic').describe('Seeded SYNTHETIC market, generated on this machine.'),
    seed: count.max(4_294_967_295).default(20_140_102).describe('Same seed, same bytes.'),
    firstTradeDate: tradeDate
      .default('2014-01-02')
      .describe('First trade date with a book; early, so that a replay clock has years ahead.'),
    days: positiveCount.max(250).default(10).describe('Trade dates with a book.'),
    minutesPerDay: positiveCount.max(180).default(40).describe('Minutes of book from each RTH open.'),
    barDays: positiveCount
      .max(1000)
      .default(120)
      .describe('Trade dates of 5-minute bars, ending with the same date as the book.'),
    signalStrength: z
      .number()
      .min(0)
      .max(2)
      .default(1)
      .describe('Strength of the planted signal; 0 is a market that nothing predicts.'),
  }),
  z.strictObject({
    kind: z.literal('files').describe('Recorded data.'),
    depth: z
      .array(text)
      .default([])
      .describe('dom_ib.jsonl files, plain or .gz; none where no head looks at the book.'),
    bars: z.array(text).default([]).describe('5-minute bar files (CSV, plain or .gz).'),
    synthetic: z
      .boolean()
      .default(false)
      .describe('The files are generated: what is captured while the simulator plays on is SYNTHETIC too.'),
  }),
  z.strictObject({
    kind: z.literal('store').describe('What the bridge has captured, as it came home.'),
    days: positiveCount.max(1000).default(60).describe('Newest complete trade dates of the product, over rolls.'),
    daysMin: positiveCount.max(1000).default(20).describe('Fewer than these, and a ship does not begin.'),
    waitHours: z
      .number()
      .min(0)
      .max(168)
      .default(0)
      .describe('How long a ship waits for the newest trade date that has ended; after that it is left out.'),
    feed: z.enum(CAPTURED_FEEDS).default('ib').describe('Whose capture: the bridge’s, or a second one.'),
    trust: z.boolean().default(false).describe('Leave out what two captures of a date do not agree on.'),
    bars: z
      .array(text)
      .default([])
      .describe('Former 5-minute bar files; bars of the captured days follow where they end.'),
  }),
]);
