import { z } from 'zod';

const share = z.number().min(0).max(1);

/**
 * How the gate works, as against how much it asks for: no settings. Walk-forward never trains on what starts after a test
 * block, so that an embargo changes nothing; and the parts of the overfitting estimate are those that it was measured with
 * (docs/gate.md).
 */
export const GATE_METHOD = { embargoMs: 0, pboPartitions: 8 } as const;

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
  keptDates: z
    .number()
    .int()
    .min(0)
    .max(250)
    .default(2)
    .describe(
      'Newest trade dates that no head is trained on: the files of candidate and live release are compared there.',
    ),
  holeWeekdaysMax: z
    .number()
    .int()
    .positive()
    .default(10)
    .describe('Weekdays in a row that may be missing between two trade dates of a head.'),
  trainedRowsDropMax: share
    .default(0.2)
    .describe('Share by which a head may be trained on fewer rows than that of the live release.'),
  driftSignificance: z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.0001)
    .describe(
      'Chance, over all features and labels together, that kept dates like the others are taken for different ones.',
    ),
  permutationSignificance: z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.0001)
    .describe('Chance that a head which is trained on moved labels, and learns nothing, is taken for one that does.'),
  seedsPerArm: z
    .number()
    .int()
    .min(2)
    .max(9)
    .default(3)
    .describe('Seeds with which each recipe is fitted to each fold; how much they differ is the noise of the seed.'),
  significance: z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.08)
    .describe(
      'Chance that a candidate that is no worse than the prior is held as worse, over all comparisons together.',
    ),
  calibrationErrorMax: share.default(0.05).describe('Expected calibration error.'),
  calibrationErrorRiseMax: share.default(0.01).describe("Rise of the expected calibration error above the prior's."),
  hitRateDropMax: share.default(0.01).describe('Drop of the directional hit rate, as a share: 0.01 is one point.'),
  turnoverRiseMax: z
    .number()
    .nonnegative()
    .default(0.25)
    .describe('Share by which trades a day may rise when net PnL does not.'),
  tradesMin: z.number().int().positive().default(30).describe('Trades over all tested dates; fewer tell nothing.'),
  deflatedSharpeMin: share.default(0.95).describe('Deflated Sharpe ratio of a first release.'),
  deflatedSharpeUpdateMin: share
    .default(0.5)
    .describe('Deflated Sharpe ratio of a release that follows another: below, luck is likelier than an edge.'),
  logLossDropMax: share
    .default(0.015)
    .describe("Share by which log loss may fall below the prior's: a larger step is looked at, it may be a leak."),
  skillMax: share
    .default(0.3)
    .describe(
      'Share of the log loss of the class shares that a head may remove: more is too good to be believed unseen.',
    ),
  pboMax: share
    .default(0.5)
    .describe('Probability of backtest overfitting, over the recipes really tried, that still passes.'),
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
});
export type GateThresholds = Readonly<z.infer<typeof gateThresholds>>;

/** What a configuration file may change of them. */
export const gateSettings = gateThresholds.omit({ embargoMs: true, pboPartitions: true });
