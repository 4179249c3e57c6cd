import { z } from 'zod';
import { UsageFailure } from '../../shared/failure.js';
import { backtestOverfitting } from './statistics/backtest-overfitting.js';
import { deflatedSharpe, expectedMaximumSharpe, probabilisticSharpe, returnMoments } from './statistics/sharpe.js';

const series = z.array(z.number()).min(2);

/** The file of `believe gate stats`. Nothing is annualised: ratios are per return, as the returns are given. */
export const statsInput = z
  .strictObject({
    returns: series,
    trials: z.number().int().positive().optional(),
    trialSharpes: z.array(z.number()).min(2).optional(),
    trialSharpeVariance: z.number().nonnegative().optional(),
    returnsByTrial: z.array(series).min(2).optional(),
    partitions: z.number().int().min(2).max(20).multipleOf(2).optional(),
    benchmarkSharpe: z.number().default(0),
  })
  .superRefine(({ trials, trialSharpes, trialSharpeVariance, returnsByTrial, partitions }, context) => {
    const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    if (trialSharpes && trialSharpeVariance !== undefined)
      refuse('trialSharpeVariance', 'cannot be combined with trialSharpes');
    const listed = Math.max(trialSharpes?.length ?? 0, returnsByTrial?.length ?? 0);
    if (trials !== undefined && trials < listed) refuse('trials', `is ${trials}, but ${listed} trials are listed`);
    const periods = returnsByTrial?.[0]?.length ?? 0;
    const uneven = returnsByTrial?.findIndex((one) => one.length !== periods) ?? -1;
    if (uneven >= 0)
      refuse(
        'returnsByTrial',
        `trial ${uneven} has ${returnsByTrial![uneven]!.length} returns, trial 0 has ${periods}`,
      );
    if (partitions !== undefined && !returnsByTrial) refuse('partitions', 'needs returnsByTrial');
    if (returnsByTrial && (partitions ?? 4) > periods)
      refuse('partitions', `${partitions ?? 4} parts cannot be cut from ${periods} returns`);
  });
export type StatsInput = z.infer<typeof statsInput>;

/** What `believe gate stats` prints. */
export interface GateStats {
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

/** @throws UsageFailure when the returns never vary: they have no Sharpe ratio */
export function gateStats(input: StatsInput): GateStats {
  const moments = returnMoments(input.returns);
  if (new Set(input.returns).size === 1)
    throw new UsageFailure('returns: all are equal, so they have no Sharpe ratio', 'Give returns that vary.');
  const { sharpe, skewness, kurtosis, observations } = moments;
  const trials = input.trials ?? Math.max(input.trialSharpes?.length ?? 1, input.returnsByTrial?.length ?? 1);
  const [trialSharpeVariance, trialSharpeVarianceSource] = scatterOfTrials(input);
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

function scatterOfTrials(input: StatsInput): [number, GateStats['trialSharpeVarianceSource']] {
  if (input.trialSharpeVariance !== undefined) return [input.trialSharpeVariance, 'given'];
  if (input.trialSharpes) return [sampleVariance(input.trialSharpes), 'trialSharpes'];
  if (input.returnsByTrial)
    return [sampleVariance(input.returnsByTrial.map((one) => returnMoments(one).sharpe)), 'returnsByTrial'];
  return [1 / (input.returns.length - 1), 'null'];
}

/** As many parts as the returns allow, up to the 16 of the paper. */
function partitionsOf({ partitions, returnsByTrial }: StatsInput): number {
  const periods = returnsByTrial![0]!.length;
  return partitions ?? Math.min(16, periods - (periods % 2));
}

function sampleVariance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
