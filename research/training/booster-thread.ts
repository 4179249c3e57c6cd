import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { Failure } from '../../shared/failure.js';
import type { FailureType } from '../../shared/failure-types.js';
import type { HeadRecipe } from '../../shared/model/heads/head.js';
import type { Booster, FeatureRows, LibraryFile } from './booster.js';
import { boosterParameters } from './booster-parameters.js';
import { readCheckpoint, writeCheckpoint } from './checkpoint.js';
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
  /** Of each row that is trained on, in their order. */
  readonly weight?: Float32Array | undefined;
  /** Rows of the matrix that tell when to stop; `recipe.earlyStopRounds` says how long to wait. */
  readonly validation?: Int32Array | undefined;
  /** Where a long fit is kept between stretches of rounds, to be taken up again. */
  readonly checkpointFile?: string | undefined;
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

/**
 * Rounds between two checkpoints. Each such stretch begins from saved bytes with a seed of its own, whether the fit was interrupted or
 * not: so a fit that is taken up again ends with the bytes of one that was left alone.
 */
const STRETCH_ROUNDS = 100;

function train(xgboost: XgboostLibrary, job: TrainJob): Booster | undefined {
  const { recipe } = job;
  const seen = matrixOf(xgboost, job, job);
  const unseen = job.validation && matrixOf(xgboost, { ...job, rowIndices: job.validation, weight: undefined }, job);
  const parameters = boosterParameters(recipe, job.classes, job.threads, job.columnNames);
  const stop = new EarlyStop(recipe.earlyStopRounds);
  try {
    const key = job.checkpointFile === undefined ? '' : seen.key;
    let { rounds: done, model } = readCheckpoint(job.checkpointFile, key);
    while (done < recipe.rounds && !stop.isDue) {
      const stretch = Math.floor(done / STRETCH_ROUNDS);
      const end = Math.min(recipe.rounds, (stretch + 1) * STRETCH_ROUNDS);
      const booster = xgboost.createBooster([seen.matrix]);
      try {
        xgboost.setParameters(booster, parameters);
        if (model) {
          xgboost.loadModel(booster, model);
          xgboost.setParameters(booster, { ...parameters, seed: String(recipe.seed + stretch) });
        }
        for (; done < end && !stop.isDue; done++) {
          if (Atomics.load(job.control, 0) === 1) return undefined;
          xgboost.update(booster, done, seen.matrix);
          const trainLogLoss = job.reportLogLoss ? logLossOf(xgboost.evaluate(booster, done, seen.matrix)) : undefined;
          send({ kind: 'round', round: done + 1, trainLogLoss });
          if (unseen) stop.take(done + 1, logLossOf(xgboost.evaluate(booster, done, unseen.matrix)));
        }
        model = xgboost.saveJson(booster);
      } finally {
        xgboost.freeBooster(booster);
      }
      if (job.checkpointFile !== undefined && done < recipe.rounds)
        writeCheckpoint(job.checkpointFile, { key, rounds: done, model });
    }
    const rounds = stop.bestRound ?? done;
    return { modelJson: model!, rounds, libraryVersion: xgboost.version, librarySha256: library.sha256 };
  } finally {
    xgboost.freeMatrix(seen.matrix);
    if (unseen) xgboost.freeMatrix(unseen.matrix);
  }
}

/** The rows as libxgboost holds them, and a hash over all that decides the model. */
function matrixOf(xgboost: XgboostLibrary, rows: FeatureRows & Pick<TrainJob, 'weight'>, job: TrainJob) {
  const gathered = gatherRows(rows, job.label);
  const matrix = xgboost.createMatrix(gathered.features, gathered.rows, job.columns, job.threads);
  xgboost.setLabel(matrix, gathered.label);
  if (rows.weight) xgboost.setWeight(matrix, rows.weight);
  const hash = createHash('sha256').update(JSON.stringify([job.recipe, job.classes, library.sha256]));
  if (job.checkpointFile !== undefined)
    for (const part of [gathered.features, gathered.label, rows.weight]) if (part) hash.update(part);
  return { matrix, key: hash.digest('hex') };
}

/** The round with the least log loss on rows that are not trained on, and whether it is long past. */
class EarlyStop {
  bestRound: number | undefined;
  isDue = false;
  private least = Number.POSITIVE_INFINITY;

  constructor(private readonly patience: number | undefined) {}

  take(round: number, logLoss: number): void {
    if (logLoss < this.least) [this.least, this.bestRound] = [logLoss, round];
    this.isDue = this.patience !== undefined && round - (this.bestRound ?? 0) >= this.patience;
  }
}

function predict(xgboost: XgboostLibrary, job: PredictJob): RawPrediction | undefined {
  if (Atomics.load(job.control, 0) === 1) return undefined;
  const { features, rows } = gatherRows(job);
  let matrix: Handle | undefined;
  let booster: Handle | undefined;
  try {
    matrix = xgboost.createMatrix(features, rows, job.columns, 1);
    booster = xgboost.createBooster([]);
    xgboost.setParameters(booster, { nthread: '1', verbosity: '0' });
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
