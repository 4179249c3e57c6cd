import { z } from 'zod';

const share = z.number().min(0).max(1);

/**
 * How the gate works, as against how much it asks for: no settings. Walk-forward never trains on what starts after a test
 * block, so that an embargo changes nothing; a seed that could be chosen could be searched for the draws that pass; and
 * the family and the parts of the overfitting estimate are the ones that it was measured with (docs/gate.md): a narrower
 * family finds less overfitting.
 */
export const GATE_METHOD = {
  embargoMs: 0,
  bootstrapSeed: 20_250_101,
  pboPartitions: 8,
  costMarginFamily: [0, 0.5, 1, 1.5, 2, 3],
} as const;

/**
 * Everything that the gate compares a number with, and its method. The defaults are the house rules of docs/gate.md; a gate
 * report carries the thresholds that judged it, and an older one may have been judged by another method.
 */
export const gateThresholds = z.strictObject({
  foldsMin: z
    .number()
    .int()
    .min(2)
    .max(60)
    .default(6)
    .describe('Walk-forward folds of each head; fewer is inconclusive, which is a hold.'),
  tradeDatesMin: z
    .number()
    .int()
    .min(3)
    .default(8)
    .describe('Trade dates with samples that each head needs: those of the folds and those that train the first one.'),
  initialTrainShare: share
    .default(0.4)
    .describe('Share of the trade dates that only trains, before the first test block.'),
  testRowsMin: z
    .number()
    .int()
    .positive()
    .default(100)
    .describe('Labelled rows that each test block needs; its training block needs twice as many after purging.'),
  embargoMs: z
    .number()
    .nonnegative()
    .default(GATE_METHOD.embargoMs)
    .describe('Time after a test block in which no training sample starts; walk-forward never trains there.'),
  significance: z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.05)
    .describe('One-sided level of the Diebold-Mariano tests and of the bootstrap bounds.'),
  logLossMargin: share
    .default(0.005)
    .describe("Share by which log loss may exceed the prior's at the bootstrap bound."),
  netPnlMargin: share
    .default(0.1)
    .describe("Share by which net PnL may fall short of the prior's at the bootstrap bound."),
  worseFoldShareMax: share.default(2 / 3).describe('Share of the folds in which a head may have the higher log loss.'),
  calibrationErrorMax: share.default(0.05).describe('Expected calibration error.'),
  calibrationErrorRiseMax: share.default(0.01).describe("Rise of the expected calibration error above the prior's."),
  hitRateDropMax: share.default(0.01).describe('Drop of the directional hit rate, as a share: 0.01 is one point.'),
  turnoverRiseMax: z
    .number()
    .nonnegative()
    .default(0.25)
    .describe('Share by which trades a day may rise when net PnL does not.'),
  deflatedSharpeMin: share.default(0.95).describe('Deflated Sharpe ratio of a first release.'),
  deflatedSharpeDropMax: share.default(0.05).describe("Drop of the deflated Sharpe ratio below the prior's."),
  pboMax: share.default(0.5).describe('Probability of backtest overfitting that still passes.'),
  pboWarn: share.default(0.2).describe('Probability of backtest overfitting that is worth a warning.'),
  pboPartitions: z
    .number()
    .int()
    .min(4)
    .max(16)
    .multipleOf(2)
    .default(GATE_METHOD.pboPartitions)
    .describe('Contiguous parts of the tested dates that the overfitting estimate recombines; even.'),
  costMargin: z
    .number()
    .nonnegative()
    .default(1)
    .describe('A position is entered when |expected move| exceeds cost times this.'),
  costMarginFamily: z
    .array(z.number().nonnegative())
    .min(2)
    .max(12)
    .default([...GATE_METHOD.costMarginFamily])
    .describe(
      'Margins at which the same forecasts are traded again, with and against them, for the overfitting estimate.',
    ),
  bootstrapDraws: z.number().int().min(200).max(100_000).default(2000).describe('Draws of the day-block bootstrap.'),
  bootstrapSeed: z.number().int().nonnegative().default(GATE_METHOD.bootstrapSeed).describe('Its seed.'),
});
export type GateThresholds = Readonly<z.infer<typeof gateThresholds>>;

/** What a configuration file may change of them. */
export const gateSettings = gateThresholds.omit({
  embargoMs: true,
  bootstrapSeed: true,
  pboPartitions: true,
  costMarginFamily: true,
});
