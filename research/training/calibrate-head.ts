import { calibratedShare, logOf } from '../../shared/model/decision/edge.js';
import type { HeadForecast } from '../../shared/model/decision/ensemble.js';
import { surprise } from '../gate/statistics/surprise.js';

/** Forecasts of rows that the model was not trained on. */
export interface UnseenRows {
  /** Row-major rows x classes. */
  readonly probabilities: Float32Array;
  readonly classes: number;
  readonly label: Uint8Array;
  /** Rows that say nearly the same, because their labels overlap. */
  readonly overlapRows: number;
}

type Calibration = Pick<HeadForecast, 'scale' | 'bias'>;

/** Independent rows that the identity counts for: with few rows a calibration stays near it. */
const IDENTITY_ROWS = 20;
const STEPS_MAX = 50;
const SCALE_MIN = 0.05;

/**
 * The scale and biases that lower the log loss of unseen rows most, by Newton's method, held towards the identity (scale 1,
 * bias 0). Rows with overlapping labels count as one.
 */
export function calibrateHead({ probabilities, classes, label, overlapRows }: UnseenRows): Calibration {
  const logs = probabilities.map(logOf);
  const theta = new Float64Array(classes + 1);
  theta[0] = 1;
  for (let step = 0; step < STEPS_MAX; step++) {
    const { gradient, hessian } = slopeAt(theta, logs, label, classes, 1 / (1 + overlapRows));
    const move = solve(hessian, gradient);
    for (let i = 0; i <= classes; i++) theta[i]! -= move[i]!;
    theta[0] = Math.max(SCALE_MIN, theta[0]!);
    if (move.every((one) => Math.abs(one) < 1e-9)) break;
  }
  return { scale: theta[0]!, bias: [...theta.subarray(1)] };
}

/** Calibrated probabilities, row-major rows x classes. */
export function calibratedProbabilities(probabilities: Float32Array, calibration: Calibration): Float32Array {
  const classes = calibration.bias.length;
  const out = new Float32Array(probabilities.length);
  for (let row = 0; row < probabilities.length; row += classes) {
    let total = 0;
    for (let of = 0; of < classes; of++) {
      const share = calibratedShare(probabilities[row + of]!, calibration, of);
      out[row + of] = share;
      total += share;
    }
    for (let of = 0; of < classes; of++) out[row + of]! /= total;
  }
  return out;
}

/** Mean over rows, nats. */
export function meanLogLoss(probabilities: Float32Array, label: Uint8Array, classes: number): number {
  let total = 0;
  for (const [row, of] of label.entries()) total += surprise(probabilities[row * classes + of]!);
  return total / label.length;
}

/** Gradient and Hessian of the penalised log loss; parameters are the scale, then a bias a class. */
function slopeAt(theta: Float64Array, logs: Float32Array, label: Uint8Array, classes: number, weight: number) {
  const size = classes + 1;
  const gradient = new Float64Array(size);
  const hessian = Array.from({ length: size }, () => new Float64Array(size));
  const shares = new Float64Array(classes);
  for (const [row, outcome] of label.entries()) {
    let total = 0;
    for (let of = 0; of < classes; of++)
      total += shares[of] = Math.exp(theta[0]! * logs[row * classes + of]! + theta[1 + of]!);
    let meanLog = 0;
    for (let of = 0; of < classes; of++) {
      shares[of]! /= total;
      meanLog += shares[of]! * logs[row * classes + of]!;
    }
    gradient[0]! += weight * (meanLog - logs[row * classes + outcome]!);
    for (let of = 0; of < classes; of++) {
      const share = shares[of]!;
      const excess = logs[row * classes + of]! - meanLog;
      gradient[1 + of]! += weight * (share - (of === outcome ? 1 : 0));
      hessian[0]![0]! += weight * share * excess * excess;
      hessian[0]![1 + of]! += weight * share * excess;
      hessian[1 + of]![0]! += weight * share * excess;
      for (let other = 0; other < classes; other++)
        hessian[1 + of]![1 + other]! += weight * share * ((of === other ? 1 : 0) - shares[other]!);
    }
  }
  for (let i = 0; i < size; i++) {
    gradient[i]! += IDENTITY_ROWS * (theta[i]! - (i === 0 ? 1 : 0));
    hessian[i]![i]! += IDENTITY_ROWS;
  }
  return { gradient, hessian };
}

/** Solves a small symmetric positive system by Gaussian elimination. */
export function solve(matrix: readonly Float64Array[], right: ArrayLike<number>): Float64Array {
  const rows = matrix.map((row, i) => Float64Array.from([...row, right[i]!]));
  const size = rows.length;
  for (let pivot = 0; pivot < size; pivot++)
    for (let below = pivot + 1; below < size; below++) {
      const factor = rows[below]![pivot]! / rows[pivot]![pivot]!;
      for (let k = pivot; k <= size; k++) rows[below]![k]! -= factor * rows[pivot]![k]!;
    }
  const answer = new Float64Array(size);
  for (let i = size - 1; i >= 0; i--) {
    let rest = rows[i]![size]!;
    for (let k = i + 1; k < size; k++) rest -= rows[i]![k]! * answer[k]!;
    answer[i] = rest / rows[i]![i]!;
  }
  return answer;
}
