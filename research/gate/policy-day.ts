import { z } from 'zod';
import { headName } from '../../shared/model/heads/head.js';
import { tradeDateNumber } from './fold-contract.js';

const count = z.number().int().nonnegative();

/** One model's trade date, as the backtester traded it. Ticks of one contract. */
export const policyRun = z.strictObject({
  /** Round trips. */
  trades: z.number().nonnegative(),
  /** Before costs: at the mid of every fill. */
  grossTicks: z.number(),
  /** Spread, slippage and fees. */
  costTicks: z.number(),
  netTicks: z.number(),
});
export type PolicyRun = Readonly<z.infer<typeof policyRun>>;

/** Rows that training used, against those that the code that trades computes at the same moments. */
export const rowCheck = z.strictObject({
  head: headName,
  rows: count,
  differing: count,
  first: z
    .strictObject({
      startMs: z.number(),
      feature: z.string(),
      /** Null stands for a missing value. */
      inSamples: z.number().nullable(),
      inTrading: z.number().nullable(),
    })
    .nullable(),
  /** All differing rows are those that trading has so many rows earlier (negative) or later; null where they are not. */
  shiftRows: z.number().int().nullable(),
});
export type RowCheck = Readonly<z.infer<typeof rowCheck>>;

/** One trade date by the policy that trades: real ensemble, `decideTarget`, the backtester's fills, latency and costs. */
export const policyDay = z.strictObject({
  tradeDate: tradeDateNumber,
  /** refits: recipes fitted to what lies before, a run for each seed. files: the very files that would trade, and that trade. */
  tradedBy: z.enum(['refits', 'files']),
  candidate: z.array(policyRun).min(1),
  /** Null without a release in use, or where its file has seen this date. */
  prior: z.array(policyRun).min(1).nullable(),
  rowChecks: z.array(rowCheck),
});
export type PolicyDay = Readonly<z.infer<typeof policyDay>>;
