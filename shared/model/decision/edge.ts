import type { HeadName } from '../heads/head.js';
import type { Ensemble, HeadForecast } from './ensemble.js';

/** What one head said of one row. */
export interface HeadOutput {
  readonly name: HeadName;
  /** The row that was run, in the order of the head's features. */
  readonly features: Float32Array;
  /** [down, up] or [down, flat, up]. */
  readonly probabilities: Float32Array;
}

/**
 * Expected move of the mid in ticks: the sum over heads of weight x the move that the head expects to its horizon. A head that is
 * not warm adds nothing, and its weight is not given to the others: less is known, so less is expected.
 */
export function expectedEdgeTicks(outputs: readonly HeadOutput[], ensemble: Ensemble): number {
  let edgeTicks = 0;
  for (const { name, probabilities } of outputs) {
    if (ensemble.v === 2) {
      edgeTicks += ensemble.weights[name] * expectedMoveTicks(probabilities, ensemble.forecasts[name]!);
    } else {
      const direction = probabilities[probabilities.length - 1]! - probabilities[0]!;
      edgeTicks += ensemble.weights[name] * direction * ensemble.meanAbsMoveTicks[name];
    }
  }
  return edgeTicks;
}

/** A probability below this says no more than this: its logarithm must stay finite. */
const PROBABILITY_MIN = 1e-6;

/** The logarithm that calibration works on. */
export function logOf(probability: number): number {
  return Math.log(Math.max(probability, PROBABILITY_MIN));
}

/** What a class gets by its calibration, before all are scaled to add up to 1. */
export function calibratedShare(
  probability: number,
  { scale, bias }: Pick<HeadForecast, 'scale' | 'bias'>,
  of: number,
): number {
  return Math.exp(scale * logOf(probability) + bias[of]!);
}

/** Mean move over the classes, by their calibrated probabilities. */
export function expectedMoveTicks(probabilities: Float32Array, forecast: HeadForecast): number {
  const { moveTicks } = forecast;
  let total = 0;
  let moved = 0;
  for (let of = 0; of < moveTicks.length; of++) {
    const share = calibratedShare(probabilities[of]!, forecast, of);
    total += share;
    moved += share * moveTicks[of]!;
  }
  return moved / total;
}
