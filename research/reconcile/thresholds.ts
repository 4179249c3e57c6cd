import { z } from 'zod';

const share = z.number().min(0).max(1);
const ms = z.number().positive();

/** From where on two captures do not agree. What is not given has the default. */
export const thresholds = z.strictObject({
  /** Share of the volume of minutes in which both feeds trade; below it they are not the same market, and nothing else is judged. */
  alikeMin: share.default(0.5),
  /** Share of the date's volume that both feeds must have. */
  volumeMatchedMin: share.default(0.995),
  /** ...of each minute's volume; */
  minuteMatchedMin: share.default(0.98),
  /** ...where at least so many contracts are missing: one trade of a quiet minute is no finding. */
  minuteMissingContractsMin: z.number().int().min(1).default(20),
  /** ...and the date's trades cover so much of it, s: its first and last minute may be moments only. */
  minuteSecondsMin: z.number().min(0).max(60).default(5),
  /** Share of the moments at which both best prices must be the same within the window. */
  bestPricesMin: share.default(0.99),
  /** ...of a minute's moments: a minute has 60 of them by default, so it may differ at some. */
  minuteBestPricesMin: share.default(0.9),
  /** How far the clocks may stand apart, ms. */
  offsetMsMax: ms.default(500),
  /** How far a clock may be set within the date, ms. */
  stepMsMax: ms.default(250),
  /** Parts per million, where the interval's nearer end exceeds it too. */
  driftPpmMax: ms.default(100),
  /** Drift is judged over so many minutes at least: in fewer, delays that change look like one. */
  driftMinutesMin: z.number().int().min(1).default(30),
  /** A feed without a trade for so long, while the other has some, s. */
  silentSecondsMax: ms.default(60),
  /** Trades of the other feed in that time, at least. */
  silentTradesMin: z.number().int().min(1).default(3),
  /** Share of a feed's trades that it says again, and how many they are at least. */
  repeatedMax: share.default(0.001),
  repeatedTradesMin: z.number().int().min(1).default(5),
});
export type Thresholds = Readonly<z.infer<typeof thresholds>>;

/** How two captures are laid side by side. */
export const reconcileOptions = z.strictObject({
  /** Offsets of the clocks that are looked for, to both sides, ms. */
  offsetRangeMs: ms.default(60_000),
  /** How far the two stamps of a trade may lie apart once the clocks are corrected, ms. */
  tradeWindowMs: ms.default(1000),
  /** From the first to the last of the trades that one feed tells as one, ms. */
  groupMs: ms.default(250),
  /** A trade of the same price and size within this time of another may be the same one, told twice, ms. */
  repeatMs: ms.default(250),
  /** What only one feed has is one span as long as its trades follow each other within this time, ms. */
  spanGapMs: ms.default(5000),
  /** Books are compared every so often, ms. */
  gridMs: ms.default(1000),
  /** How far around a moment the other book may show the same, ms; below half of `gridMs`. */
  bookWindowMs: ms.default(250),
});
export type ReconcileOptions = Readonly<z.infer<typeof reconcileOptions>>;
