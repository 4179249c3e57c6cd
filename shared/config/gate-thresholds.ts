import { z } from 'zod';

const share = z.number().min(0).max(1);

/**
 * Everything the gate compares a number with. The defaults are the house rules of docs/gate.md; a release carries the
 * thresholds that judged it.
 */
export const gateThresholds = z.strictObject({
  /** Walk-forward folds per head; fewer than this is inconclusive, which is a hold. */
  foldsMin: z.number().int().min(2).max(60).default(6),
  /** Trade dates with samples that a head needs: the folds, and at least two dates to train the first one on. */
  tradeDatesMin: z.number().int().min(3).default(8),
  /** Share of the trade dates that only ever trains (the window before the first test block). */
  initialTrainShare: share.default(0.4),
  /** Labelled rows that each test block needs, after purging each training block needs twice as many. */
  testRowsMin: z.number().int().positive().default(100),
  /** Time after a test block during which no training sample may start; pure walk-forward never trains there. */
  embargoMs: z.number().nonnegative().default(0),
  /** One-sided level of the Diebold-Mariano tests and of the bootstrap bounds. */
  significance: z.number().gt(0).lt(0.5).default(0.05),
  /** Log loss may be this share above the prior's at the bootstrap bound. */
  logLossMargin: share.default(0.005),
  /** Net PnL may be this share below the prior's at the bootstrap bound. */
  netPnlMargin: share.default(0.1),
  worseFoldShareMax: share.default(2 / 3),
  calibrationErrorMax: share.default(0.05),
  calibrationErrorRiseMax: share.default(0.01),
  /** Directional hit rate, as a share: 0.01 is one point. */
  hitRateDropMax: share.default(0.01),
  /** Trades per day may rise by this share unless net PnL rises too. */
  turnoverRiseMax: z.number().nonnegative().default(0.25),
  /** First release. */
  deflatedSharpeMin: share.default(0.95),
  /** With a prior release. */
  deflatedSharpeDropMax: share.default(0.05),
  pboMax: share.default(0.5),
  pboWarn: share.default(0.2),
  /** Equal contiguous parts of the test dates that the overfitting estimate recombines. */
  pboPartitions: z.number().int().min(4).max(16).multipleOf(2).default(8),
  /** A position is entered when |expected move| exceeds cost times this. */
  costMargin: z.number().nonnegative().default(1),
  /** The other margins at which the same forecasts are traded: the family of configurations for the overfitting estimate. */
  costMarginFamily: z.array(z.number().nonnegative()).min(2).max(12).default([0, 0.5, 1, 1.5, 2, 3]),
  bootstrapDraws: z.number().int().min(200).max(100_000).default(2000),
  bootstrapSeed: z.number().int().nonnegative().default(20_250_101),
});
export type GateThresholds = Readonly<z.infer<typeof gateThresholds>>;

/** The house rules, unchanged. */
export const DEFAULT_GATE_THRESHOLDS: GateThresholds = gateThresholds.parse({});
