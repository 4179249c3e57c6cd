import type { HeadName } from '../heads/head.js';
import type { Ensemble } from './ensemble.js';

/** What one head said of one row. */
export interface HeadOutput {
  readonly name: HeadName;
  /** The row that was run, in the order of the head's features. */
  readonly features: Float32Array;
  /** [down, up] or [down, flat, up]. */
  readonly probabilities: Float32Array;
}

/**
 * Expected move of the mid in ticks: the sum over heads of weight x (P(up) - P(down)) x mean |move|. A head that is
 * not warm adds nothing, and its weight is not given to the others: less is known, so less is expected.
 */
export function expectedEdgeTicks(outputs: readonly HeadOutput[], { weights, meanAbsMoveTicks }: Ensemble): number {
  let edgeTicks = 0;
  for (const { name, probabilities } of outputs) {
    const direction = probabilities[probabilities.length - 1]! - probabilities[0]!;
    edgeTicks += weights[name] * direction * meanAbsMoveTicks[name];
  }
  return edgeTicks;
}
