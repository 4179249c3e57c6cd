import { UsageFailure } from '../../shared/failure.js';
import type { DieboldMarianoResult, Interval } from './report.js';
import { backtestOverfitting } from './statistics/backtest-overfitting.js';
import { type BlockBootstrap, circularBlockBootstrap } from './statistics/block-bootstrap.js';
import { binProbabilities, calibrationError } from './statistics/calibration.js';
import {
  areaUnderRoc,
  brierScore,
  type Classified,
  confusionOf,
  logLossOf,
  macroF1,
  matthewsCorrelation,
  scoredClasses,
} from './statistics/classification.js';
import { dieboldMariano } from './statistics/diebold-mariano.js';
import { deflatedSharpe, expectedMaximumSharpe, probabilisticSharpe, returnMoments } from './statistics/sharpe.js';
import { sampleVariance, sumOf } from './statistics/total.js';
import type { StatsInput } from './stats-input.js';

/** What `believe gate stats` prints: of what was given. */
export type GateStats = Partial<ReturnStats & ForecastStats> & {
  readonly dieboldMariano?: DifferenceStats;
  readonly bootstrap?: MeanBootstrap;
};

interface ReturnStats {
  readonly observations: number;
  readonly sharpe: number;
  readonly skewness: number;
  readonly kurtosis: number;
  readonly psr: number;
  readonly trials: number;
  readonly trialSharpeVariance: number;
  /** Where the variance is from; `null` is that of worthless independent trials, 1 / (n - 1). */
  readonly trialSharpeVarianceSource: 'given' | 'trialSharpes' | 'returnsByTrial' | 'null';
  readonly expectedMaximumSharpe: number;
  readonly deflatedSharpe: number;
  readonly pbo: number | null;
  readonly pboCombinations: number | null;
}

/** Diebold-Mariano with the correction of Harvey, Leybourne and Newbold; its `lag` is that of the Bartlett weights. */
interface DifferenceStats extends DieboldMarianoResult {
  readonly mean: number;
  readonly horizon: number;
}

/** Of the mean of `d`, or where there is none, of the returns. */
interface MeanBootstrap extends Interval, BlockBootstrap {
  readonly of: 'd' | 'returns';
}

interface ForecastStats {
  readonly rows: number;
  readonly classes: number;
  readonly logLoss: number;
  readonly brier: number;
  /** Ten equal bins; the mean over the classes. */
  readonly ece: number;
  /** Null where a class has no row, or all. */
  readonly auc: number | null;
  readonly mcc: number;
  readonly macroF1: number;
}

/** @throws UsageFailure when the returns never vary: they have no Sharpe ratio */
export function gateStats(input: StatsInput): GateStats {
  const { returns, d, y, p } = input;
  return {
    ...(returns ? returnStats(returns, input) : {}),
    ...(d ? { dieboldMariano: differenceStats(d, input) } : {}),
    ...(input.bootstrap ? { bootstrap: bootstrapOf(d ?? returns ?? [], input, input.bootstrap) } : {}),
    ...(y && p ? forecastStats(y, p) : {}),
  };
}

function returnStats(returns: readonly number[], input: StatsInput): ReturnStats {
  const moments = returnMoments(returns);
  if (new Set(returns).size === 1)
    throw new UsageFailure('returns: all are equal, so they have no Sharpe ratio', 'Give returns that vary.');
  const { sharpe, skewness, kurtosis, observations } = moments;
  const trials = input.trials ?? Math.max(input.trialSharpes?.length ?? 1, input.returnsByTrial?.length ?? 1);
  const [trialSharpeVariance, trialSharpeVarianceSource] = scatterOfTrials(observations, input);
  const pbo = input.returnsByTrial && backtestOverfitting(input.returnsByTrial, partitionsOf(input));
  return {
    ...{ observations, sharpe, skewness, kurtosis },
    psr: probabilisticSharpe(moments, input.benchmarkSharpe),
    ...{ trials, trialSharpeVariance, trialSharpeVarianceSource },
    expectedMaximumSharpe: expectedMaximumSharpe(trials, trialSharpeVariance),
    deflatedSharpe: deflatedSharpe(moments, trials, trialSharpeVariance),
    pbo: pbo?.probability ?? null,
    pboCombinations: pbo?.combinations ?? null,
  };
}

function differenceStats(d: readonly number[], { horizon = 1, lag }: StatsInput): DifferenceStats {
  return { mean: sumOf(d) / d.length, horizon, ...dieboldMariano(d, horizon, lag) };
}

/** A block is as long as outcomes overlap, and no shorter than the cube root of the length, where nothing is said. */
function bootstrapOf(
  values: readonly number[],
  { d, horizon = 1 }: StatsInput,
  asked: NonNullable<StatsInput['bootstrap']>,
): MeanBootstrap {
  const usual = Math.min(values.length, Math.max(horizon, Math.round(Math.cbrt(values.length))));
  const plan = { ...asked, blockLength: asked.blockLength ?? usual };
  return { of: d ? 'd' : 'returns', ...circularBlockBootstrap(values, plan), ...plan };
}

function forecastStats(label: readonly number[], p: NonNullable<StatsInput['p']>): ForecastStats {
  const rows = p.map((said) => (typeof said === 'number' ? [1 - said, said] : said));
  const classes = rows[0]!.length;
  const classified: Classified = { label, probabilities: rows.flat(), classes };
  const confusion = confusionOf(classified);
  const errors = scoredClasses(classes).map((one) =>
    calibrationError(
      binProbabilities(
        rows.map((said) => said[one]!),
        label.map((came) => Number(came === one)),
      ),
    ),
  );
  return {
    rows: label.length,
    classes,
    logLoss: logLossOf(classified),
    brier: brierScore(classified),
    ece: sumOf(errors) / errors.length,
    auc: areaUnderRoc(classified),
    mcc: matthewsCorrelation(confusion),
    macroF1: macroF1(confusion),
  };
}

function scatterOfTrials(observations: number, input: StatsInput): [number, ReturnStats['trialSharpeVarianceSource']] {
  if (input.trialSharpeVariance !== undefined) return [input.trialSharpeVariance, 'given'];
  if (input.trialSharpes) return [sampleVariance(input.trialSharpes), 'trialSharpes'];
  if (input.returnsByTrial)
    return [sampleVariance(input.returnsByTrial.map((one) => returnMoments(one).sharpe)), 'returnsByTrial'];
  return [1 / (observations - 1), 'null'];
}

/** As many parts as the returns allow, up to the 16 of the paper. */
function partitionsOf({ partitions, returnsByTrial }: StatsInput): number {
  const periods = returnsByTrial![0]!.length;
  return partitions ?? Math.min(16, periods - (periods % 2));
}
