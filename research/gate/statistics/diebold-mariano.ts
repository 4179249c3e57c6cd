import type { DieboldMarianoResult } from '../report.js';
import { studentTCdf } from './student-t.js';

/** What the seeds of both arms add to the variance of the mean difference, and with how many degrees of freedom it is known. */
export interface SeedNoise {
  readonly variance: number;
  readonly degrees: number;
}
const NO_SEEDS: SeedNoise = { variance: 0, degrees: 1 };

/**
 * Diebold-Mariano test that the mean of `difference` (loss of the candidate minus loss of the prior, in time order) is
 * above zero, with the small-sample correction of Harvey, Leybourne and Newbold (1997) and Student's t.
 *
 * `horizon` counts observations: how many neighbours share one outcome (1 where none do). The long-run variance takes
 * Bartlett weights, which cannot turn negative. With the lag at exactly the horizon they understate the variance of
 * overlapping outcomes by a third, which would call equal forecasts worse too often; so the lag is twice the horizon
 * unless `lag` says otherwise.
 *
 * Where each arm is the mean of fits with several seeds, `seeds` is what another draw of seeds would change: it is added to the
 * variance, and the degrees of freedom are those of Welch and Satterthwaite.
 *
 * Differences that are all equal to zero give statistic 0 and p 0.5: equal forecasts are not worse.
 * @throws RangeError when there are too few observations for the horizon, or a difference is not finite
 */
export function dieboldMariano(
  difference: ArrayLike<number>,
  horizon: number,
  lag?: number,
  seeds: SeedNoise = NO_SEEDS,
): DieboldMarianoResult {
  const n = difference.length;
  if (!Number.isInteger(horizon) || horizon < 1)
    throw new RangeError(`horizon must be a positive integer, got ${horizon}`);
  if (n < 2 || horizon >= n) throw new RangeError(`${n} observations are too few for a horizon of ${horizon}`);
  const lagUsed = Math.min(n - 1, lag ?? 2 * horizon);
  const mean = meanOf(difference);
  const correction = (n + 1 - 2 * horizon + (horizon * (horizon - 1)) / n) / n;
  const timeVariance = longRunVariance(difference, mean, lagUsed) / n / correction;
  const variance = timeVariance + seeds.variance;
  const statistic = variance > 0 ? mean / Math.sqrt(variance) : constantStatistic(mean);
  const seedShare = variance > 0 ? seeds.variance / variance : 0;
  const degrees = 1 / ((1 - seedShare) ** 2 / (n - 1) + seedShare ** 2 / seeds.degrees);
  return { statistic, pWorse: 1 - studentTCdf(statistic, degrees), observations: n, lag: lagUsed, seedShare };
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
