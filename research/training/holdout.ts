import { z } from 'zod';
import type { HeadSamples } from '../../shared/model/heads/head.js';
import { classPriorLogLoss } from '../gate/score-fold.js';
import { purgedPositions } from '../gate/splits.js';
import { surprise } from '../gate/statistics/surprise.js';
import { orderByTime } from '../gate/time-order.js';
import type { Booster, LibraryFile } from './booster.js';
import { meanAbsMoveTicks } from './mean-abs-move.js';
import { predictBooster } from './predict-booster.js';

/** The last quarter of the rows, in order of time, is predicted by a model of what lies before it. */
const HOLDOUT_SHARE = 0.25;

/** What a head was worth on rows that it was not trained on; sets its weight in the ensemble. */
export const holdoutMetrics = z.object({
  trainRows: z.number().int().positive(),
  purgedRows: z.number().int().nonnegative(),
  rows: z.number().int().positive(),
  /** Mean over the rows, nats. */
  logLoss: z.number(),
  /** Log loss of always predicting the shares of the classes among the training rows. */
  classPriorLogLoss: z.number(),
  /** Ticks that the mid moved per tick expected: least squares through the origin. Below 1: the head promises too much. */
  moveSlope: z.number(),
});
export type HoldoutMetrics = Readonly<z.infer<typeof holdoutMetrics>>;

export interface HoldoutSplit {
  readonly train: Int32Array;
  readonly test: Int32Array;
  readonly purgedRows: number;
}

/** Time-ordered split whose training labels all end before the first held-out label begins; null where that leaves too little. */
export function splitHoldout(samples: HeadSamples): HoldoutSplit | null {
  const order = orderByTime(samples);
  const first = samples.rows - Math.floor(samples.rows * HOLDOUT_SHARE);
  if (first === samples.rows) return null;
  const kept = purgedPositions(order, [{ first, end: samples.rows }], { ms: 0 }, first);
  const train = kept.map((position) => order.row[position]!);
  const classes = new Set(train.map((row) => samples.label[row]!));
  return classes.size < 2 ? null : { train, test: order.row.slice(first), purgedRows: first - kept.length };
}

/** @throws what predictBooster throws */
export async function measureHoldout(
  samples: HeadSamples,
  split: HoldoutSplit,
  booster: Booster,
  library: LibraryFile,
  signal?: AbortSignal,
): Promise<HoldoutMetrics> {
  const { features, rows, columns, head, label, moveTicks } = samples;
  const { classes } = head;
  const job = { library, booster, features, rows, columns, rowIndices: split.test, classes, signal };
  const { probabilities } = await predictBooster(job);
  const typicalTicks = meanAbsMoveTicks(samples, split.train);
  let [loss, expectedTimesMove, expectedSquared] = [0, 0, 0];
  for (const [at, row] of split.test.entries()) {
    loss += surprise(probabilities[at * classes + label[row]!]!);
    const expected = (probabilities[at * classes + classes - 1]! - probabilities[at * classes]!) * typicalTicks;
    expectedTimesMove += expected * moveTicks[row]!;
    expectedSquared += expected * expected;
  }
  return {
    trainRows: split.train.length,
    purgedRows: split.purgedRows,
    rows: split.test.length,
    logLoss: loss / split.test.length,
    classPriorLogLoss: classPriorLogLoss(samples, split.train, split.test) / split.test.length,
    moveSlope: expectedSquared > 0 ? expectedTimesMove / expectedSquared : 0,
  };
}
