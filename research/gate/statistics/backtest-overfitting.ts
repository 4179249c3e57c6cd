import { combinations } from './combinations.js';

export interface OverfittingEstimate {
  /** Share of the recombinations in which the best half-sample configuration ranks in the lower half of the other. */
  readonly probability: number;
  readonly configurations: number;
  readonly combinations: number;
}

/**
 * Probability of backtest overfitting by combinatorially symmetric cross-validation (Bailey, Borwein, Lopez de Prado and
 * Zhu, 2017). `returns[c][t]` is configuration c in period t. The periods are cut into `partitions` contiguous parts; for
 * every half of the parts the configuration with the best Sharpe ratio is ranked among all in the other half; the relative
 * rank is rank / (N + 1), ties share their mean rank, and a logit of at most 0 counts as overfitted.
 * @throws RangeError for fewer than two configurations, unequal lengths, odd partitions, or fewer periods than partitions
 */
export function backtestOverfitting(returns: readonly ArrayLike<number>[], partitions: number): OverfittingEstimate {
  checkShape(returns, partitions);
  const parts = returns.map((series) => partSums(series, partitions));
  const all = Array.from({ length: partitions }, (_, part) => part);
  let overfitted = 0;
  let count = 0;
  for (const inSample of combinations(partitions, partitions / 2)) {
    const chosen = new Set(inSample);
    const outOfSample = all.filter((part) => !chosen.has(part));
    const best = indexOfLargest(parts.map((sums) => sharpeOver(sums, inSample)));
    const rank = meanRank(
      parts.map((sums) => sharpeOver(sums, outOfSample)),
      best,
    );
    // rank / (N + 1) <= 1/2 exactly when its logit is at most 0.
    if (2 * rank <= returns.length + 1) overfitted++;
    count++;
  }
  return { probability: overfitted / count, configurations: returns.length, combinations: count };
}

function checkShape(returns: readonly ArrayLike<number>[], partitions: number): void {
  const periods = returns[0]?.length ?? 0;
  if (returns.length < 2) throw new RangeError(`needs at least two configurations, got ${returns.length}`);
  if (!Number.isInteger(partitions) || partitions < 2 || partitions % 2 === 1)
    throw new RangeError(`partitions must be an even number of at least 2, got ${partitions}`);
  if (periods < partitions) throw new RangeError(`${periods} periods cannot be cut into ${partitions} parts`);
  const uneven = returns.findIndex((series) => series.length !== periods);
  if (uneven >= 0)
    throw new RangeError(`configuration ${uneven} has ${returns[uneven]!.length} periods, the first one ${periods}`);
}

interface PartSums {
  readonly periods: number;
  readonly sum: number;
  readonly squares: number;
}

/** Sums of each contiguous part; where the periods do not divide evenly, the first parts take one more. */
function partSums(series: ArrayLike<number>, partitions: number): PartSums[] {
  const size = Math.floor(series.length / partitions);
  const larger = series.length % partitions;
  let at = 0;
  return Array.from({ length: partitions }, (_, part) => {
    const periods = size + (part < larger ? 1 : 0);
    let sum = 0;
    let squares = 0;
    for (const end = at + periods; at < end; at++) {
      sum += series[at]!;
      squares += series[at]! ** 2;
    }
    return { periods, sum, squares };
  });
}

function sharpeOver(parts: readonly PartSums[], chosen: readonly number[]): number {
  let periods = 0;
  let sum = 0;
  let squares = 0;
  for (const part of chosen) {
    periods += parts[part]!.periods;
    sum += parts[part]!.sum;
    squares += parts[part]!.squares;
  }
  const mean = sum / periods;
  const variance = squares / periods - mean * mean;
  if (variance <= 1e-12 * (squares / periods)) return mean === 0 ? 0 : Math.sign(mean) * Number.MAX_VALUE;
  return mean / Math.sqrt(variance);
}

function indexOfLargest(values: readonly number[]): number {
  return values.reduce((best, value, index) => (value > values[best]! ? index : best), 0);
}

/** 1 for the smallest; values that tie share the mean of their ranks. */
function meanRank(values: readonly number[], index: number): number {
  const own = values[index]!;
  const below = values.filter((value) => value < own).length;
  const equal = values.filter((value) => value === own).length;
  return below + (equal + 1) / 2;
}
