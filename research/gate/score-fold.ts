import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import type { HeadRecipe, HeadSamples } from '../../shared/model/heads/head.js';
import { averageFits, type SeededFit } from './average-fits.js';
import type { FoldScore, PlannedFold } from './fold-contract.js';
import { foldRows } from './fold-plan.js';
import { regimesOf } from './regimes.js';
import { type RowScores, scoreArm } from './score-arm.js';
import { surprise } from './statistics/surprise.js';

/** Class probabilities of rows of the head's samples, row-major rows x classes. */
export type Predict = (rows: Int32Array) => Promise<Float32Array>;
/** Fits one recipe on some rows of the head's samples. */
export type Learn = (trainRows: Int32Array, recipe: HeadRecipe) => Promise<Predict>;

export interface FoldToScore {
  readonly samples: HeadSamples;
  readonly fold: PlannedFold;
  readonly candidate: HeadRecipe;
  /** Recipe of the release in use, refitted here on the same rows; null on a first release. */
  readonly prior: HeadRecipe | null;
  readonly thresholds: GateThresholds;
}

/** A fold's score with what every row of its test block did. */
export interface ScoredFold {
  readonly score: FoldScore;
  /** Row numbers of the samples, in order of time. */
  readonly rows: Int32Array;
  readonly candidate: RowScores;
  readonly prior: RowScores | null;
}

/**
 * Fits candidate and prior on a fold's training rows, each with several seeds, and scores both on its test rows: log loss, calibration, direction,
 * and what a simple causal policy would have earned after costs. Nothing of the test block reaches the fit or the policy.
 * @throws Failure of type `BadForecast` when the learner returns the wrong number of values, or not probabilities
 */
export async function scoreFold(ask: FoldToScore, learn: Learn): Promise<ScoredFold> {
  const { samples, fold, thresholds } = ask;
  const { train, test } = foldRows(samples, fold, thresholds);
  const arm = async (recipe: HeadRecipe) => {
    const fits: SeededFit[] = [];
    for (const seed of seedsOf(recipe, thresholds)) {
      const predict = await learn(train, { ...recipe, seed });
      fits.push({ seed, ...scoreArm({ samples, train, test, probabilities: await predict(test), thresholds }) });
    }
    return averageFits(fits);
  };
  const candidate = await arm(ask.candidate);
  const prior = ask.prior ? await arm(ask.prior) : null;
  return scored(ask, 'refits', train, test, candidate, prior);
}

export interface FilesToScore {
  readonly samples: HeadSamples;
  /** The kept dates. */
  readonly fold: PlannedFold;
  readonly candidate: Predict;
  /** Null where no release is in use, it has no such head, or has seen these dates. */
  readonly prior: Predict | null;
  readonly thresholds: GateThresholds;
}

/** Scores the head that would trade, and the one that trades, on dates that neither has seen. @throws Failure of type `BadForecast` */
export async function scoreFiles(ask: FilesToScore): Promise<ScoredFold> {
  const { samples, fold, thresholds } = ask;
  const rows = (first: number, end: number) => Int32Array.from({ length: end - first }, (_, i) => first + i);
  const train = rows(0, fold.trainRows);
  const test = rows(fold.testRowFirst, fold.testRowEnd);
  const arm = async (predict: Predict) =>
    averageFits([{ seed: 0, ...scoreArm({ samples, train, test, probabilities: await predict(test), thresholds }) }]);
  return scored(ask, 'files', train, test, await arm(ask.candidate), ask.prior && (await arm(ask.prior)));
}

function scored(
  { samples, fold }: { readonly samples: HeadSamples; readonly fold: PlannedFold },
  by: FoldScore['by'],
  train: Int32Array,
  test: Int32Array,
  candidate: ReturnType<typeof averageFits>,
  prior: ReturnType<typeof averageFits> | null,
): ScoredFold {
  const score: FoldScore = {
    head: samples.head.name,
    fold: fold.fold,
    by,
    trainRows: train.length,
    testRows: test.length,
    purgedRows: fold.purgedRows,
    testTradeDateFirst: fold.testTradeDateFirst,
    testTradeDateLast: fold.testTradeDateLast,
    overlapRows: overlapRows(samples, test),
    classPriorLogLossSum: classPriorLogLoss(samples, train, test),
    permuted: null,
    regimes: regimesOf(samples, train, test, candidate.rows),
    candidate: candidate.score,
    prior: prior?.score ?? null,
  };
  return { score, rows: test, candidate: candidate.rows, prior: prior?.rows ?? null };
}

/** Far from the seeds next to it, which people try. */
const SEED_STEP = 1_000_003;
/** libxgboost takes int32. */
const SEEDS_END = 2 ** 31;

/** The recipe's own seed first. The same recipe has the same seeds as the prior, so that nothing differs where nothing can. */
export function seedsOf({ seed }: HeadRecipe, { seedsPerArm }: GateThresholds): number[] {
  return Array.from({ length: seedsPerArm }, (_, i) => (seed + i * SEED_STEP) % SEEDS_END);
}

/** Log loss of forecasting the training rows' class shares, whatever the features say. */
export function classPriorLogLoss({ label, head }: HeadSamples, train: Int32Array, test: Int32Array): number {
  const rowsOfClass = new Float64Array(head.classes);
  for (const row of train) rowsOfClass[label[row]!]!++;
  let total = 0;
  for (const row of test) total += surprise(rowsOfClass[label[row]!]! / train.length);
  return total;
}

/** The most test rows that start after a row and no later than the end of its label. */
export function overlapRows({ startMs, endMs }: Pick<HeadSamples, 'startMs' | 'endMs'>, test: Int32Array): number {
  let most = 0;
  let reach = 0;
  for (let at = 0; at < test.length; at++) {
    reach = Math.max(reach, at);
    while (reach + 1 < test.length && startMs[test[reach + 1]!]! <= endMs[test[at]!]!) reach++;
    most = Math.max(most, reach - at);
  }
  return most;
}
