import { z } from 'zod';
import type { HeadSamples } from '../../shared/model/heads/head.js';
import { classPriorLogLoss } from '../gate/score-fold.js';
import type { Booster, LibraryFile } from './booster.js';
import { measureOutOfFold, type OutOfFold } from './out-of-fold.js';
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
  /** With the calibration that these rows were fitted to; older records have none. */
  calibratedLogLoss: z.number().optional(),
  /** Log loss of always predicting the shares of the classes among the training rows. */
  classPriorLogLoss: z.number(),
  /** Ticks that the mid moved per tick expected: least squares through the origin. Below 1: the head promises too much. */
  moveSlope: z.number(),
});
export type HoldoutMetrics = Readonly<z.infer<typeof holdoutMetrics>>;

export interface HoldoutSplit {
  /** All rows that were split. */
  readonly all: Int32Array;
  readonly train: Int32Array;
  readonly test: Int32Array;
  readonly purgedRows: number;
}

/**
 * Time-ordered split whose training labels all end before the first held-out label begins; null where that leaves too little.
 * @param all rows of the samples, in order of time; the others stay out of it
 */
export function splitHoldout(samples: HeadSamples, all: Int32Array): HoldoutSplit | null {
  const first = all.length - Math.floor(all.length * HOLDOUT_SHARE);
  if (first === all.length) return null;
  const { startMs, endMs, label } = samples;
  const beginsMs = startMs[all[first]!]!;
  const train = all.subarray(0, first).filter((row) => endMs[row]! < beginsMs);
  const classes = new Set(train.map((row) => label[row]!));
  return classes.size < 2 ? null : { all, train, test: all.slice(first), purgedRows: first - train.length };
}

/** @throws what predictBooster throws */
export async function measureHoldout(
  samples: HeadSamples,
  split: HoldoutSplit,
  booster: Booster,
  library: LibraryFile,
  signal?: AbortSignal,
): Promise<{ readonly metrics: HoldoutMetrics; readonly said: OutOfFold }> {
  const { features, rows, columns, head } = samples;
  const job = { library, booster, features, rows, columns, rowIndices: split.test, classes: head.classes, signal };
  const { probabilities } = await predictBooster(job);
  const said = measureOutOfFold(samples, split.test, probabilities, split.all);
  const { logLoss, calibratedLogLoss, moveSlope } = said;
  const metrics = {
    trainRows: split.train.length,
    purgedRows: split.purgedRows,
    rows: split.test.length,
    ...{ logLoss, calibratedLogLoss, moveSlope },
    classPriorLogLoss: classPriorLogLoss(samples, split.train, split.test) / split.test.length,
  };
  return { metrics, said };
}
