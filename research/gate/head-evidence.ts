import type { ArmScore, DayScore, FoldPlan, FoldScore, MoveDecile } from './fold-contract.js';
import { pooledRegimes } from './regimes.js';
import type { ArmMetrics, FoldEvidence, HeadEvidence } from './report.js';
import type { ScoredFold } from './score-fold.js';
import { seedNoise } from './seed-noise.js';
import { calibrationError, poolBins, reliabilityCurve } from './statistics/calibration.js';
import { f1Of, macroF1, matthewsCorrelation } from './statistics/classification.js';
import { ratioInterval } from './statistics/day-interval.js';
import { dieboldMariano } from './statistics/diebold-mariano.js';
import { total } from './statistics/total.js';

/** What the gate takes from the trained head itself. */
export type OfTraining = Pick<HeadEvidence, 'parity' | 'topFeature' | 'trainedRows'>;

/** What the scored folds of one head say about it. `folds` are in order of time; none when the plan fell short. */
export function headEvidence(
  plan: FoldPlan,
  folds: readonly ScoredFold[],
  { parity, topFeature, trainedRows }: OfTraining,
): HeadEvidence {
  const scores = folds.map(({ score }) => score);
  const facts = {
    head: plan.head,
    data: {
      rows: plan.rows,
      tradeDates: plan.tradeDates,
      minutes: plan.minutes,
      foldsPlanned: plan.folds.length + (plan.files ? 1 : 0),
      earlyLabels: plan.earlyLabels,
      hole: plan.hole,
      shortfall: plan.shortfall,
    },
    topFeature,
    trainedRows,
    parity,
    permuted: scores.find((score) => score.permuted !== null)?.permuted ?? null,
    folds: scores.map(foldEvidence),
  };
  if (scores.length === 0)
    return { ...facts, pooled: null, regimes: [], comparison: null, reliability: [], deciles: [] };
  const candidate = scores.map((score) => score.candidate);
  const bins = pooledBins(candidate);
  return {
    ...facts,
    pooled: {
      classPriorLogLoss: ratioOfSums(
        scores,
        (score) => score.classPriorLogLossSum,
        (score) => score.testRows,
      ),
      candidate: metricsOf(candidate),
      prior: hasPrior(scores) ? metricsOf(scores.flatMap((score) => score.prior ?? [])) : null,
      candidateWherePrior: hasPrior(scores)
        ? metricsOf(scores.flatMap((score) => (score.prior ? score.candidate : [])))
        : null,
      logLoss: meanLogLoss(candidate.flatMap(({ days }) => days)),
    },
    regimes: pooledRegimes(scores.flatMap(({ regimes }) => regimes)),
    comparison: hasPrior(scores) ? comparisonOf(folds.filter(({ score }) => score.prior !== null)) : null,
    // The class that the policy buys on: the last one, up.
    reliability: reliabilityCurve(bins.at(-1)!),
    deciles: decileMeans(candidate.map(({ deciles }) => deciles)),
  };
}

/** Metrics of one recipe over the test blocks given. */
function metricsOf(arms: readonly ArmScore[]): ArmMetrics {
  const days = arms.flatMap((arm) => arm.days);
  const rows = total(days, (day) => day.rows);
  const trades = total(days, (day) => day.trades);
  const directionalRows = total(arms, (arm) => arm.directionalRows);
  const bins = pooledBins(arms);
  return {
    rows,
    logLoss: total(arms, (arm) => arm.logLossSum) / rows,
    hitRate: directionalRows > 0 ? total(arms, (arm) => arm.directionalHits) / directionalRows : 0.5,
    calibrationError: total(bins, calibrationError) / bins.length,
    brier: total(arms, (arm) => arm.brierSum) / rows,
    ...choicesOf(arms),
    trades,
    tradesPerDay: trades / days.length,
    grossTicks: total(days, (day) => day.grossTicks),
    costTicks: total(days, (day) => day.costTicks),
    netTicks: total(days, (day) => day.netTicks),
  };
}

function choicesOf(arms: readonly ArmScore[]) {
  const classes = Math.sqrt(arms[0]!.confusion.length);
  const confusion = Array.from({ length: classes }, (_, came) =>
    Float64Array.from({ length: classes }, (_, chosen) =>
      total(arms, (arm) => arm.confusion[came * classes + chosen]!),
    ),
  );
  return {
    matthews: matthewsCorrelation(confusion),
    macroF1: macroF1(confusion),
    f1: confusion.map((_, one) => f1Of(confusion, one)),
  };
}

function foldEvidence(score: FoldScore): FoldEvidence {
  const { fold, by, testTradeDateFirst, testTradeDateLast, trainRows, purgedRows, testRows } = score;
  return {
    ...{ fold, by, testTradeDateFirst, testTradeDateLast, trainRows, purgedRows, testRows },
    classPriorLogLoss: score.classPriorLogLossSum / testRows,
    candidate: metricsOf([score.candidate]),
    prior: score.prior ? metricsOf([score.prior]) : null,
  };
}

function comparisonOf(folds: readonly ScoredFold[]): HeadEvidence['comparison'] {
  const scores = folds.map(({ score }) => score);
  const overlap = Math.max(...scores.map((score) => score.overlapRows));
  const rows = total(scores, (score) => score.testRows);
  const refits = scores.filter(({ by }) => by === 'refits');
  const refitRows = total(refits, (score) => score.testRows);
  const noise = seedNoise(
    refits.map((score) => score.candidate),
    refits.map((score) => score.prior!),
    (seed) => seed.logLossSum / rows,
    (rows - refitRows) / refitRows,
  );
  const lossOf = (arm: (score: FoldScore) => ArmScore) => total(scores, (score) => arm(score).logLossSum);
  return {
    // Where labels overlap nearly everything there is, the test cannot say more than its largest horizon.
    dieboldMariano: dieboldMariano(logLossDifference(folds), Math.min(overlap + 1, rows - 1), undefined, noise),
    logLossRise: lossOf((score) => score.candidate) / lossOf((score) => score.prior!) - 1,
  };
}

function logLossDifference(folds: readonly ScoredFold[]): Float64Array {
  const difference: number[] = [];
  for (const { candidate, prior } of folds)
    for (const [at, loss] of candidate.logLoss.entries()) difference.push(loss - prior!.logLoss[at]!);
  return Float64Array.from(difference);
}

function meanLogLoss(days: readonly DayScore[]) {
  return ratioInterval(
    days.map((day) => day.logLossSum),
    days.map((day) => day.rows),
  );
}

function pooledBins(arms: readonly ArmScore[]) {
  return arms[0]!.bins.map((_, scoredClass) => poolBins(arms.map((arm) => arm.bins[scoredClass]!)));
}

function decileMeans(folds: readonly (readonly MoveDecile[])[]): HeadEvidence['deciles'] {
  return Array.from({ length: 10 }, (_, at) => {
    const deciles = folds.map((fold) => fold[at]!);
    const rows = total(deciles, (decile) => decile.rows);
    if (rows === 0) return { rows, expectedTicks: null, moveTicks: null };
    return {
      rows,
      expectedTicks: total(deciles, (decile) => decile.expectedTicksSum) / rows,
      moveTicks: total(deciles, (decile) => decile.moveTicksSum) / rows,
    };
  });
}

/** On every refit; a file that has seen the kept dates is not compared there. */
function hasPrior(scores: readonly FoldScore[]): boolean {
  return scores.every((score) => score.prior !== null || score.by === 'files');
}

function ratioOfSums<T>(items: readonly T[], above: (item: T) => number, below: (item: T) => number): number {
  return total(items, above) / total(items, below);
}
