import type { ProbabilityBin } from '../fold-contract.js';
import { wilsonInterval } from './wilson.js';

/** Bins of equal width on [0, 1] (Guo et al., 2017). */
export const CALIBRATION_BINS = 10;

/** Sorts predicted probabilities of one class into bins. `outcome[i]` is 1 where the class came true. */
export function binProbabilities(probability: ArrayLike<number>, outcome: ArrayLike<number>): ProbabilityBin[] {
  const bins = Array.from({ length: CALIBRATION_BINS }, () => ({ rows: 0, probabilitySum: 0, outcomeSum: 0 }));
  for (let i = 0; i < probability.length; i++) {
    const at = Math.min(CALIBRATION_BINS - 1, Math.floor(probability[i]! * CALIBRATION_BINS));
    const bin = bins[at]!;
    bin.rows++;
    bin.probabilitySum += probability[i]!;
    bin.outcomeSum += outcome[i]!;
  }
  return bins;
}

/** Expected calibration error: the mean over rows of |mean probability - frequency| of their bin. 0 without rows. */
export function calibrationError(bins: readonly ProbabilityBin[]): number {
  const rows = bins.reduce((sum, bin) => sum + bin.rows, 0);
  if (rows === 0) return 0;
  return bins.reduce((sum, bin) => sum + Math.abs(bin.probabilitySum - bin.outcomeSum), 0) / rows;
}

/** Bins of several folds as if their rows had been binned together. */
export function poolBins(folds: readonly (readonly ProbabilityBin[])[]): ProbabilityBin[] {
  return Array.from({ length: CALIBRATION_BINS }, (_, at) => ({
    rows: folds.reduce((sum, bins) => sum + bins[at]!.rows, 0),
    probabilitySum: folds.reduce((sum, bins) => sum + bins[at]!.probabilitySum, 0),
    outcomeSum: folds.reduce((sum, bins) => sum + bins[at]!.outcomeSum, 0),
  }));
}

/** What was promised against what came, with the Wilson 95 % interval of the frequency. */
export function reliabilityCurve(bins: readonly ProbabilityBin[]) {
  return bins.map(({ rows, probabilitySum, outcomeSum }, at) => {
    const range = { from: at / CALIBRATION_BINS, to: (at + 1) / CALIBRATION_BINS, rows };
    if (rows === 0) return { ...range, meanProbability: null, frequency: null, low: null, high: null };
    return {
      ...range,
      meanProbability: probabilitySum / rows,
      frequency: outcomeSum / rows,
      ...wilsonInterval(outcomeSum, rows),
    };
  });
}
