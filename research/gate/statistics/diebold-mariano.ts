import type { DieboldMarianoResult } from '../report.js';
import { studentTCdf } from './student-t.js';

/**
 * Diebold-Mariano test that the mean of `difference` (loss of the candidate minus loss of the prior, in time order) is
 * above zero, with the small-sample correction of Harvey, Leybourne and Newbold (1997) and Student's t.
 *
 * `horizon` counts observations: how many neighbours share one outcome (1 where none do). The long-run variance takes
 * Bartlett weights, which cannot turn negative. With the lag at exactly the horizon they understate the variance of
 * overlapping outcomes by a third, which would call equal forecasts worse too often; so the lag is twice the horizon
 * unless `lag` says otherwise.
 *
 * Differences that are all equal to zero give statistic 0 and p 0.5: equal forecasts are not worse.
 * @throws RangeError when there are too few observations for the horizon, or a difference is not finite
 */
export function dieboldMariano(difference: ArrayLike<number>, horizon: number, lag?: number): DieboldMarianoResult {
  const n = difference.length;
  if (!Number.isInteger(horizon) || horizon < 1)
    throw new RangeError(`horizon must be a positive integer, got ${horizon}`);
  if (n < 2 || horizon >= n) throw new RangeError(`${n} observations are too few for a horizon of ${horizon}`);
  const lagUsed = Math.min(n - 1, lag ?? 2 * horizon);
  const mean = meanOf(difference);
  const variance = longRunVariance(difference, mean, lagUsed);
  const correction = Math.sqrt((n + 1 - 2 * horizon + (horizon * (horizon - 1)) / n) / n);
  const statistic = variance > 0 ? (correction * mean) / Math.sqrt(variance / n) : constantStatistic(mean);
  return { statistic, pWorse: 1 - studentTCdf(statistic, n - 1), observations: n, lag: lagUsed };
}

/** A constant difference other than zero is certain; JSON has no infinity, so a statistic beyond all doubt stands for it. */
function constantStatistic(mean: number): number {
  return mean === 0 ? 0 : Math.sign(mean) * 1e6;
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) throw new RangeError(`difference ${i} is ${values[i]}, not a finite number`);
    sum += values[i]!;
  }
  return sum / values.length;
}

function longRunVariance(values: ArrayLike<number>, mean: number, lag: number): number {
  const n = values.length;
  const centred = Float64Array.from({ length: n }, (_, i) => values[i]! - mean);
  let variance = 0;
  for (let k = 0; k <= lag; k++) {
    let covariance = 0;
    for (let i = k; i < n; i++) covariance += centred[i]! * centred[i - k]!;
    variance += ((k === 0 ? 1 : 2 * (1 - k / (lag + 1))) * covariance) / n;
  }
  return variance;
}
