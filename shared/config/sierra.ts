import { z } from 'zod';
import { count, positiveCount, text } from './field-types.js';

/** Sierra Chart beside the bridge: a second, independent capture of the same contract. */
export const sierraConfig = z.strictObject({
  follow: z
    .boolean()
    .default(true)
    .describe(
      'Follow the files of Sierra Chart, where there are any: sierra.dataFolder, or the emulator of this machine.',
    ),
  dataFolder: text
    .nullable()
    .default(null)
    .describe(
      'Its data folder, such as C:\\SierraChart\\Data; null: those that the gateway simulator writes, if it runs.',
    ),
  symbol: text
    .nullable()
    .default(null)
    .describe(
      'How it names the contract: ESZ5_FUT_CME for ESZ5_FUT_CME.scid; ES{month}{year}_FUT_CME, or {year2} for two digits, for each of a product; null for the name that the exchange gives it.',
    ),
  others: z
    .array(
      z.strictObject({
        symbol: text.describe('As Sierra Chart names it.'),
        localSymbol: text.describe('As the exchange writes it; names data files.'),
      }),
    )
    .max(16)
    .default([])
    .describe(
      'Further contracts of the same product that are followed too; with instrument.roll those around a roll are by themselves.',
    ),
  priceScale: z
    .number()
    .positive()
    .default(1)
    .describe('Points of one unit of price in its files: 0.01 where they hold 452525 for 4525.25.'),
  holdSeconds: z
    .number()
    .positive()
    .max(600)
    .default(3)
    .describe(
      'How long an event waits for earlier ones of the other file; longer than Sierra Chart takes to write both.',
    ),
  lookMs: positiveCount.max(60_000).default(500).describe('Milliseconds between two looks at the files.'),
  patienceSeconds: positiveCount
    .max(86_400)
    .default(120)
    .describe('How long a trade date waits for the follower after its end, before it is sealed with what there is.'),
  volumeMatchedMin: z
    .number()
    .min(0)
    .max(1)
    .default(0.995)
    .describe('Share of a date’s volume that both captures must have.'),
  bestPricesMin: z
    .number()
    .min(0)
    .max(1)
    .default(0.99)
    .describe('Share of the moments at which both books must have the same best prices.'),
  offsetMsMax: positiveCount
    .max(3_600_000)
    .default(500)
    .describe('How far the clocks of the two captures may stand apart, milliseconds.'),
  lossPerMille: z
    .number()
    .min(0)
    .max(1000)
    .default(1)
    .describe('Emulator only: trades of a thousand that its files lack, so that there is something to find.'),
  clockOffsetMs: z
    .number()
    .int()
    .min(-60_000)
    .max(60_000)
    .default(180)
    .describe('Emulator only: how far its clock is ahead of the market.'),
  clockDriftPpm: z.number().min(-1000).max(1000).default(40).describe('Emulator only: how much faster its clock runs.'),
  seed: count.max(4_294_967_295).default(1).describe('Emulator only: of what it loses.'),
});
export type SierraConfig = Readonly<z.infer<typeof sierraConfig>>;
