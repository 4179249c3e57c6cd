import { z } from 'zod';
import { headName } from '../../shared/model/heads/head.js';
import { driftedThing } from './drift.js';

/** Exchange trade date as yyyymmdd. */
export const tradeDateNumber = z.number().int().min(19_700_101).max(99_991_231);
const count = z.number().int().nonnegative();

/** One test block of a walk-forward plan. Row numbers index the head's samples, which are in order of start time. */
export const plannedFold = z.strictObject({
  fold: count,
  testRowFirst: count,
  /** Exclusive. */
  testRowEnd: count,
  trainRows: count,
  /** Rows before the test block that were dropped because their label reaches into it. */
  purgedRows: count,
  testTradeDateFirst: tradeDateNumber,
  testTradeDateLast: tradeDateNumber,
});
export type PlannedFold = Readonly<z.infer<typeof plannedFold>>;

/** How one head's samples are cut into folds; without folds, `shortfall` says in a sentence what data is missing. */
export const foldPlan = z.strictObject({
  head: headName,
  rows: count,
  tradeDates: count,
  /** Time covered by samples, summed over trade dates. */
  minutes: z.number().nonnegative(),
  folds: z.array(plannedFold),
  /** The kept dates, scored by the files that would trade and that trade; null where none is kept. */
  files: plannedFold.nullable(),
  /** Labels that end before their horizon has passed: what purging believes of them is wrong. */
  earlyLabels: count,
  /** The most weekdays in a row without a row, and the trade dates around them. */
  drift: z.array(driftedThing).default([]),
  hole: z.strictObject({ weekdays: count, after: tradeDateNumber, before: tradeDateNumber }).nullable(),
  shortfall: z.string().nullable(),
});
export type FoldPlan = Readonly<z.infer<typeof foldPlan>>;

/** A count, or the mean of counts of fits with several seeds. */
const meanCount = z.number().nonnegative();

/** Rows of one bin of predicted probability: enough to pool bins over folds exactly. */
export const probabilityBin = z.strictObject({ rows: meanCount, probabilitySum: z.number(), outcomeSum: z.number() });
export type ProbabilityBin = Readonly<z.infer<typeof probabilityBin>>;

/** Rows of one tenth of the fold, ordered by expected move: what was expected and what happened. */
export const moveDecile = z.strictObject({ rows: meanCount, expectedTicksSum: z.number(), moveTicksSum: z.number() });
export type MoveDecile = Readonly<z.infer<typeof moveDecile>>;

/** One trade date of one arm. */
export const dayScore = z.strictObject({
  tradeDate: tradeDateNumber,
  rows: count,
  logLossSum: z.number(),
  trades: meanCount,
  /** Trades whose move was in the position's favour before costs. */
  winningTrades: meanCount,
  grossTicks: z.number(),
  costTicks: z.number(),
  netTicks: z.number(),
});
export type DayScore = Readonly<z.infer<typeof dayScore>>;

/** What one fit of a recipe did on one test block. */
export const seedScore = z.strictObject({ seed: count, logLossSum: z.number(), netTicks: z.number() });
export type SeedScore = Readonly<z.infer<typeof seedScore>>;

/** What one recipe did on one test block, as sums that pool over folds without loss; the mean of its fits with several seeds. */
export const armScore = z.strictObject({
  logLossSum: z.number(),
  /** Rows whose price moved, and those of them whose favoured side was right (a tie between the sides counts half). */
  directionalRows: count,
  directionalHits: z.number().nonnegative(),
  /** Sum over the rows of the squared distance between what was said and what came (Brier). */
  brierSum: z.number().nonnegative(),
  /** Rows by the class that came (slow index) and the class that was given most. */
  confusion: z.array(meanCount).min(4).max(9),
  /** Per scored class (up; or down, flat, up) ten bins of equal width on [0, 1]. */
  bins: z.array(z.array(probabilityBin).length(10)).min(1),
  deciles: z.array(moveDecile).length(10),
  days: z.array(dayScore),
  /** Of each fit: how much they differ is the noise of the seed. */
  seeds: z.array(seedScore).min(1),
});
export type ArmScore = Readonly<z.infer<typeof armScore>>;

/** Rows of one kind on one trade date: the candidate's forecasts there. */
export const regimeDay = z.strictObject({
  regime: z.string().min(1),
  tradeDate: tradeDateNumber,
  rows: count,
  logLossSum: z.number(),
  classPriorLogLossSum: z.number(),
  directionalRows: count,
  directionalHits: z.number().nonnegative(),
});
export type RegimeDay = Readonly<z.infer<typeof regimeDay>>;

/** What a recipe learned of labels that have nothing to do with their rows. */
export const permuted = z.strictObject({
  /** Share of the class shares' log loss that it removed; above 0 by more than chance, test rows have reached the training. */
  skill: z.number(),
  /** Small where the skill is no chance. */
  p: z.number(),
});
export type Permuted = Readonly<z.infer<typeof permuted>>;

/** Candidate and prior on the same test block of one head: the result of one scoring activity. */
export const foldScore = z.strictObject({
  head: headName,
  fold: count,
  /** refits: recipes fitted to what lies before the block. files: the very files that would trade, and that trade, on kept dates. */
  by: z.enum(['refits', 'files']),
  trainRows: count,
  testRows: count,
  purgedRows: count,
  testTradeDateFirst: tradeDateNumber,
  testTradeDateLast: tradeDateNumber,
  /** Most rows that one label's interval reaches past its own: the lag at which losses of neighbours stop overlapping. */
  overlapRows: count,
  /** Log loss of always predicting the training block's class shares. */
  classPriorLogLossSum: z.number(),
  /** By session phase and volatility. */
  regimes: z.array(regimeDay),
  /** Of the candidate's recipe; tried on one block, null on the others. */
  permuted: permuted.nullable(),
  candidate: armScore,
  /** Absent on a first release. */
  prior: armScore.nullable(),
});
export type FoldScore = Readonly<z.infer<typeof foldScore>>;
