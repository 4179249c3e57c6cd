import { normalCdf, normalQuantile } from './normal.js';
import { studentTCdf } from './student-t.js';

/** Shape of a return series, per observation (nothing is annualised). */
export interface ReturnMoments {
  readonly observations: number;
  readonly mean: number;
  /** Mean over sample standard deviation (n - 1); 0 for returns that never vary. */
  readonly sharpe: number;
  /** Third standardised moment (population). */
  readonly skewness: number;
  /** Fourth standardised moment (population), 3 for a normal: not the excess. */
  readonly kurtosis: number;
}

/**
 * By products and roots, which are the same to the last bit everywhere: powers of other exponents than 2 and 0.5 are not the same
 * in Node 22 and 24.
 * @throws RangeError with fewer than two returns
 */
export function returnMoments(returns: ArrayLike<number>): ReturnMoments {
  const n = returns.length;
  if (n < 2) throw new RangeError(`a Sharpe ratio needs at least two returns, got ${n}`);
  let mean = 0;
  for (let i = 0; i < n; i++) mean += returns[i]! / n;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let i = 0; i < n; i++) {
    const deviation = returns[i]! - mean;
    const squared = deviation * deviation;
    second += squared / n;
    third += (squared * deviation) / n;
    fourth += (squared * squared) / n;
  }
  const varies = second > 1e-24 * mean * mean;
  if (!varies) return { observations: n, mean, sharpe: 0, skewness: 0, kurtosis: 3 };
  return {
    observations: n,
    mean,
    sharpe: mean / Math.sqrt((second * n) / (n - 1)),
    skewness: third / (second * Math.sqrt(second)),
    kurtosis: fourth / (second * second),
  };
}

/**
 * Probability that the true Sharpe ratio exceeds `benchmark`, both per observation
 * (Bailey and Lopez de Prado, The Sharpe Ratio Efficient Frontier, 2012, equation 9).
 */
export function probabilisticSharpe(moments: Omit<ReturnMoments, 'mean'>, benchmark = 0): number {
  const { observations, sharpe, skewness, kurtosis } = moments;
  const spread = Math.sqrt(1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe);
  return normalCdf(((sharpe - benchmark) * Math.sqrt(observations - 1)) / spread);
}

/**
 * The Sharpe ratio that the best of `trials` worthless strategies is expected to show, for trials whose Sharpe ratios have
 * the variance given (Bailey and Lopez de Prado, The Deflated Sharpe Ratio, 2014, equation 1). Zero for a single trial.
 */
export function expectedMaximumSharpe(trials: number, trialSharpeVariance: number): number {
  if (trials <= 1) return 0;
  const gamma = 0.577_215_664_901_532_9;
  return (
    Math.sqrt(trialSharpeVariance) *
    ((1 - gamma) * normalQuantile(1 - 1 / trials) + gamma * normalQuantile(1 - 1 / (trials * Math.E)))
  );
}

/** Probabilistic Sharpe ratio against the best of so many worthless trials. */
export function deflatedSharpe(
  moments: Omit<ReturnMoments, 'mean'>,
  trials: number,
  trialSharpeVariance: number,
): number {
  return probabilisticSharpe(moments, expectedMaximumSharpe(trials, trialSharpeVariance));
}

/**
 * Chance that the best of so many worthless strategies, each for itself, shows less than this Sharpe ratio: exact for normal returns, however few
 * (Student's t; Sidak, 1967).
 */
export function bestOfTrials(
  { sharpe, observations }: Pick<ReturnMoments, 'sharpe' | 'observations'>,
  trials: number,
): number {
  return studentTCdf(sharpe * Math.sqrt(observations), observations - 1) ** trials;
}
