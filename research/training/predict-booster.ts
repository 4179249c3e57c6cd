import type { Booster, FeatureRows, LibraryFile } from './booster.js';
import type { RawPrediction } from './booster-thread.js';
import { runOnBoosterThread } from './booster-threads.js';
import { checkRows } from './check-rows.js';

export interface PredictionJob extends FeatureRows {
  readonly library: LibraryFile;
  readonly booster: Pick<Booster, 'modelJson'>;
  readonly classes: 2 | 3;
  readonly signal?: AbortSignal;
}

export interface Prediction {
  /** Row-major rows x classes, in the order of the class indices. */
  readonly probabilities: Float32Array;
  /** Row-major, raw scores: one a row for two classes (of class 1), else one per class. */
  readonly margins: Float32Array;
}

/**
 * libxgboost's own predictions, in a worker thread.
 * @throws UnusableRows for wrong shapes or infinities; Failure of type `Xgboost` when the model is not one
 */
export async function predictBooster(job: PredictionJob): Promise<Prediction> {
  checkRows(job);
  const { features, rows, columns, rowIndices, columnNames, booster, signal } = job;
  const control = new Int32Array(new SharedArrayBuffer(4));
  const modelJson = booster.modelJson;
  const raw = (await runOnBoosterThread(
    job.library,
    { kind: 'predict', features, rows, columns, rowIndices, columnNames, modelJson, control },
    { signal },
  )) as RawPrediction;
  return {
    margins: raw.margins,
    probabilities: job.classes === 2 ? bothClasses(raw.probabilities) : raw.probabilities,
  };
}

/** XGBoost gives the probability of class 1 only. */
function bothClasses(up: Float32Array): Float32Array {
  const both = new Float32Array(2 * up.length);
  for (let row = 0; row < up.length; row++) {
    both[2 * row] = 1 - up[row]!;
    both[2 * row + 1] = up[row]!;
  }
  return both;
}
