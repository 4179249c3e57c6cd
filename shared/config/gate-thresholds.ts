import { z } from 'zod';

const share = z.number().min(0).max(1);

/**
 * Everything the gate compares a number with. The defaults are the house rules of docs/gate.md; a release carries the
 * thresholds that judged it.
 */
export const gateThresholds = z.strictObject({
  foldsMin: z
    .number()
    .int()
    .min(2)
    .max(60)
    .default(6)
    .describe('Walk-forward folds per head; fewer is inconclusive, which is a hold.'),
  tradeDatesMin: z
    .number()
    .int()
    .min(3)
    .default(8)
    .describe(
      'Trade dates with samples that a head needs: the folds, and at least two dates to train the first one on.',
    ),
  initialTrainShare: share
    .default(0.4)
    .describe('Share of the trade dates that only ever trains (the window before the first test block).'),
  testRowsMin: z
    .number()
    .int()
    .positive()
    .default(100)
    .describe('Labelled rows that each test block needs; after purging each training block needs twice as many.'),
  embargoMs: z
    .number()
    .nonnegative()
    .default(0)
    .describe(
      'Market milliseconds after a test block in which no training sample may start; pure walk-forward never trains there.',
    ),
  significance: z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.05)
    .describe('One-sided level of the Diebold-Mariano tests and of the bootstrap bounds.'),
  logLossMargin: share.default(0.005).describe("Log loss may be this share above the prior's at the bootstrap bound."),
  netPnlMargin: share.default(0.1).describe("Net PnL may be this share below the prior's at the bootstrap bound."),
  worseFoldShareMax: share
    .default(2 / 3)
    .describe('Hold when the candidate is worse than the prior in more than this share of the folds.'),
  calibrationErrorMax: share.default(0.05).describe('Expected calibration error that a head may have.'),
  calibrationErrorRiseMax: share
    .default(0.01)
    .describe("Rise of the expected calibration error over the prior's that is tolerated."),
  hitRateDropMax: share
    .default(0.01)
    .describe('Drop of the directional hit rate against the prior, as a share: 0.01 is one point.'),
  turnoverRiseMax: z
    .number()
    .nonnegative()
    .default(0.25)
    .describe('Trades per day may rise by this share unless net PnL rises too.'),
  deflatedSharpeMin: share.default(0.95).describe('Deflated Sharpe ratio (a probability) that a first release needs.'),
  deflatedSharpeDropMax: share
    .default(0.05)
    .describe("Drop of the deflated Sharpe ratio below the prior's that is tolerated."),
  pboMax: share.default(0.5).describe('Probability of backtest overfitting above which a release is held.'),
  pboWarn: share.default(0.2).describe('Probability of backtest overfitting above which a warning is written.'),
  pboPartitions: z
    .number()
    .int()
    .min(4)
    .max(16)
    .multipleOf(2)
    .default(8)
    .describe('Equal contiguous parts of the test dates that the overfitting estimate recombines.'),
  costMargin: z
    .number()
    .nonnegative()
    .default(1)
    .describe('A position is entered when |expected move| exceeds cost times this.'),
  costMarginFamily: z
    .array(z.number().nonnegative())
    .min(2)
    .max(12)
    .default([0, 0.5, 1, 1.5, 2, 3])
    .describe(
      'The other margins at which the same forecasts are traded: the family of configurations for the overfitting estimate.',
    ),
  bootstrapDraws: z.number().int().min(200).max(100_000).default(2000).describe('Draws of the day-block bootstrap.'),
  bootstrapSeed: z.number().int().nonnegative().default(20_250_101).describe('Seed of the day-block bootstrap.'),
});
export type GateThresholds = Readonly<z.infer<typeof gateThresholds>>;

/** The house rules, unchanged. */
export const DEFAULT_GATE_THRESHOLDS: GateThresholds = gateThresholds.parse({});
