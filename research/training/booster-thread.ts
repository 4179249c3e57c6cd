import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { Failure } from '../../shared/failure.js';
import type { FailureType } from '../../shared/failure-types.js';
import type { HeadRecipe } from '../../shared/model/heads/head.js';
import type { Booster, FeatureRows, LibraryFile } from './booster.js';
import { boosterParameters } from './booster-parameters.js';
import { gatherRows } from './gather-rows.js';
import { type Handle, loadXgboost, type XgboostLibrary } from './xgboost-library.js';

/** One job at a time; `control[0]` becomes 1 when the caller no longer wants the result. */
export type BoosterJob = TrainJob | PredictJob;

export interface TrainJob extends FeatureRows {
  readonly kind: 'train';
  /** Class index of every row of the matrix. */
  readonly label: Uint8Array;
  readonly classes: 2 | 3;
  readonly recipe: HeadRecipe;
  readonly threads: number;
  /** Whether rounds are reported with the training log loss. */
  readonly reportLogLoss: boolean;
  readonly control: Int32Array<SharedArrayBuffer>;
}

export interface PredictJob extends FeatureRows {
  readonly kind: 'predict';
  readonly modelJson: Uint8Array;
  readonly control: Int32Array<SharedArrayBuffer>;
}

export type RawPrediction = { readonly margins: Float32Array; readonly probabilities: Float32Array };

export type BoosterMessage =
  | { readonly kind: 'round'; readonly round: number; readonly trainLogLoss: number | undefined }
  | { readonly kind: 'done'; readonly result: Booster | RawPrediction }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly failure: FailureParts };

/** A Failure as it crosses the thread boundary. */
export interface FailureParts {
  readonly type: FailureType;
  readonly message: string;
  readonly fix: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

const library = workerData as LibraryFile;
let loaded: XgboostLibrary | undefined;

parentPort!.on('message', (job: BoosterJob) => {
  try {
    loaded ??= loadVerified(library);
    const result = job.kind === 'train' ? train(loaded, job) : predict(loaded, job);
    send(result === undefined ? { kind: 'cancelled' } : { kind: 'done', result });
  } catch (error) {
    send({ kind: 'failed', failure: partsOf(error) });
  }
});

function send(message: BoosterMessage): void {
  parentPort!.postMessage(message);
}

/** The hash that goes into the model card is of the bytes that were on disk when they were loaded. */
function loadVerified(file: LibraryFile): XgboostLibrary {
  let sha256: string;
  try {
    sha256 = createHash('sha256').update(readFileSync(file.path)).digest('hex');
  } catch (error) {
    throw new Failure('LibraryMissing', `cannot read libxgboost at ${file.path}: ${(error as Error).message}`, FIX);
  }
  if (sha256 !== file.sha256)
    throw new Failure('LibraryChanged', `libxgboost at ${file.path} has sha256 ${sha256}, not ${file.sha256}`, FIX);
  return loadXgboost(file.path);
}
const FIX = 'Run `believe doctor` to find or obtain the pinned library again.';

function train(xgboost: XgboostLibrary, job: TrainJob): Booster | undefined {
  const { features, label, rows } = gatherRows(job, job.label);
  let matrix: Handle | undefined;
  let booster: Handle | undefined;
  try {
    matrix = xgboost.createMatrix(features, rows, job.columns, job.threads);
    xgboost.setLabel(matrix, label);
    booster = xgboost.createBooster([matrix], boosterParameters(job.recipe, job.classes, job.threads));
    for (let round = 0; round < job.recipe.rounds; round++) {
      if (Atomics.load(job.control, 0) === 1) return undefined;
      xgboost.update(booster, round, matrix);
      const trainLogLoss = job.reportLogLoss ? logLossOf(xgboost.evaluate(booster, round, matrix)) : undefined;
      send({ kind: 'round', round: round + 1, trainLogLoss });
    }
    return { modelJson: xgboost.saveJson(booster), libraryVersion: xgboost.version, librarySha256: library.sha256 };
  } finally {
    if (booster !== undefined) xgboost.freeBooster(booster);
    if (matrix !== undefined) xgboost.freeMatrix(matrix);
  }
}

function predict(xgboost: XgboostLibrary, job: PredictJob): RawPrediction | undefined {
  if (Atomics.load(job.control, 0) === 1) return undefined;
  const { features, rows } = gatherRows(job);
  let matrix: Handle | undefined;
  let booster: Handle | undefined;
  try {
    matrix = xgboost.createMatrix(features, rows, job.columns, 1);
    booster = xgboost.createBooster([], { nthread: '1', verbosity: '0' });
    xgboost.loadModel(booster, job.modelJson);
    return {
      margins: xgboost.predict(booster, matrix, true),
      probabilities: xgboost.predict(booster, matrix, false),
    };
  } finally {
    if (booster !== undefined) xgboost.freeBooster(booster);
    if (matrix !== undefined) xgboost.freeMatrix(matrix);
  }
}

function logLossOf(evaluation: string): number {
  return Number(evaluation.slice(evaluation.lastIndexOf(':') + 1));
}

function partsOf(error: unknown): FailureParts {
  if (error instanceof Failure) {
    const { type, message, fix, details } = error;
    return { type, message, fix, details };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: 'TrainingDefect', message, fix: undefined, details: {} };
}
