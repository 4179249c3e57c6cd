import type { GateThresholds } from '../../../shared/config/gate-thresholds.js';
import { seededRandom } from '../../random.js';
import type { Interval } from '../report.js';
import { quantileOf } from './quantile.js';

export interface BootstrapPlan {
  readonly draws: number;
  readonly seed: number;
  /** One-sided level: 0.05 gives the 5 % and the 95 % bound. */
  readonly level: number;
}

/**
 * Percentile bootstrap that draws whole trade dates with replacement, so that everything that is correlated within a date
 * stays together. `statistic` gets how often each date was drawn.
 * @throws RangeError without dates
 */
export function dayBootstrap(
  days: number,
  statistic: (timesDrawn: Uint32Array) => number,
  { draws, seed, level }: BootstrapPlan,
): Interval {
  if (days < 1) throw new RangeError('a bootstrap needs at least one trade date');
  const random = seededRandom(seed);
  const timesDrawn = new Uint32Array(days);
  const results = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    timesDrawn.fill(0);
    for (let day = 0; day < days; day++) timesDrawn[Math.floor(random() * days)]!++;
    results[draw] = statistic(timesDrawn);
  }
  results.sort();
  const estimate = statistic(timesDrawn.fill(1));
  return { estimate, low: quantileOf(results, level), high: quantileOf(results, 1 - level) };
}

/** The bootstrap that the thresholds ask for. */
export function bootstrapPlan({ bootstrapDraws, bootstrapSeed, significance }: GateThresholds): BootstrapPlan {
  return { draws: bootstrapDraws, seed: bootstrapSeed, level: significance };
}
