import { createHash } from 'node:crypto';
import { featureSchemaSha256 } from '../../shared/market/features/schema.js';
import { encodeFloat32 } from '../../shared/model/heads/golden-rows.js';
import type { HeadRecipe, HeadSamples } from '../../shared/model/heads/head.js';
import { makeReference } from '../monitor/drift/head-reference.js';
import type { LibraryFile } from './booster.js';
import { meanAbsMoveTicks } from './class-moves.js';
import { importanceOf, importanceOverlap } from './feature-importance.js';
import { fitRows } from './fit-rows.js';
import { gatherRows } from './gather-rows.js';
import { measureHoldout, splitHoldout } from './holdout.js';
import { toOnnx } from './onnx/to-onnx.js';
import { unmeasured } from './out-of-fold.js';
import { proveParity } from './parity.js';
import { predictBooster } from './predict-booster.js';
import { spacedRows } from './spaced-rows.js';
import type { TrainedHead } from './trained-head.js';
import { readTreeEnsemble } from './tree-ensemble.js';

export interface HeadTraining {
  readonly samples: HeadSamples;
  readonly recipe: HeadRecipe;
  readonly library: LibraryFile;
  /** Trained on generated data: written into the graph and the card. */
  readonly synthetic: boolean;
  /** The contract, or the newest of them: where given, the distribution of its features is kept by phases of its session. */
  readonly instrument?: string;
  /** Cores of one fit. */
  readonly threads?: number;
  /** Where a long fit is kept, to be taken up again by the same training. */
  readonly checkpointFile?: string;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly signal?: AbortSignal;
}

export interface TrainingProgress {
  readonly doing: 'fit' | 'parity';
  readonly round: number;
  readonly totalRounds: number;
  readonly trainLogLoss: number;
}

const PARITY_ROWS_MAX = 20_000;
const GOLDEN_ROWS = 64;

/**
 * Trains one head on all its rows, converts it to ONNX and proves the graph equal to the booster on rows of the
 * training set; a second fit on the first three quarters measures what the head is worth on the rest.
 * @throws UnusableRows, ParityFailure, UnsupportedModel; Failure of type `Xgboost`, `LibraryMissing`, `LibraryChanged`
 */
export async function trainHead(training: HeadTraining): Promise<TrainedHead> {
  const { samples, recipe, synthetic } = training;
  const { head, label, startMs, endMs, tradeDate } = samples;
  const [fit, holdout] = await Promise.all([fitAll(training), fitHoldout(training)]);
  const { booster, onnx, trainLogLoss } = fit;
  const importance = importanceOf(readTreeEnsemble(booster.modelJson), head.features);
  return {
    booster,
    onnx,
    said: holdout?.said ?? unmeasured(samples, allOf(samples)),
    reference: training.instrument === undefined ? null : makeReference(samples, training.instrument),
    record: {
      v: 1,
      spec: head,
      recipe,
      ...(recipe.earlyStopRounds === undefined ? {} : { rounds: booster.rounds }),
      synthetic,
      library: { version: booster.libraryVersion, sha256: booster.librarySha256 },
      boosterSha256: sha256(booster.modelJson),
      onnxSha256: sha256(onnx),
      featureSchemaSha256,
      data: {
        rows: samples.rows,
        rowsPerClass: Array.from({ length: head.classes }, (_, one) =>
          label.reduce((n, of) => n + Number(of === one), 0),
        ),
        tradeDates: new Set(tradeDate).size,
        firstStartMs: startMs.reduce((least, ms) => Math.min(least, ms)),
        lastEndMs: endMs.reduce((most, ms) => Math.max(most, ms)),
        meanAbsMoveTicks: meanAbsMoveTicks(samples, allOf(samples)),
        meanCostTicks: samples.costTicks.reduce((sum, cost) => sum + cost, 0) / samples.rows,
      },
      trainLogLoss,
      holdout: holdout?.metrics ?? null,
      importance,
      importanceOverlap: holdout ? importanceOverlap(importance, holdout.importance) : null,
      parity: fit.parity,
      golden: fit.golden,
    },
  };
}

async function fitAll(training: HeadTraining) {
  const { samples, recipe, library, synthetic, threads, checkpointFile, onProgress, signal } = training;
  const { features, rows, columns, head } = samples;
  const { classes } = head;
  const matrix = { library, features, rows, columns, columnNames: head.features, classes, signal };
  let trainLogLoss = Number.NaN;
  const booster = await fitRows({
    ...{ samples, rows: allOf(samples), recipe, library, threads, checkpointFile, signal },
    onRound: (round, totalRounds, logLoss) => {
      trainLogLoss = logLoss;
      onProgress?.({ doing: 'fit', round, totalRounds, trainLogLoss });
    },
  });
  const metadata = {
    head: head.name,
    featureSchemaSha256,
    xgboost: booster.libraryVersion,
    data: synthetic ? 'SYNTHETIC' : 'market',
  };
  const onnx = toOnnx(booster.modelJson, { classes, columns, metadata });
  onProgress?.({ doing: 'parity', round: recipe.rounds, totalRounds: recipe.rounds, trainLogLoss });
  const parity = await proveParity({ ...matrix, booster, onnx, rowIndices: spacedRows(rows, PARITY_ROWS_MAX) });
  const goldenIndices = spacedRows(rows, GOLDEN_ROWS);
  const { probabilities } = await predictBooster({ ...matrix, booster, rowIndices: goldenIndices });
  const golden = {
    rows: goldenIndices.length,
    columns,
    classes,
    inputs: encodeFloat32(gatherRows({ features, rows, columns, rowIndices: goldenIndices }).features),
    outputs: encodeFloat32(probabilities),
  };
  return { booster, onnx, trainLogLoss, parity, golden };
}

/** Null where too few rows are left, or they are all of one class. */
async function fitHoldout({ samples, recipe, library, threads, signal }: HeadTraining) {
  const split = splitHoldout(samples, allOf(samples));
  if (!split) return null;
  const { head } = samples;
  const booster = await fitRows({ samples, rows: split.train, recipe, library, threads, signal });
  return {
    ...(await measureHoldout(samples, split, booster, library, signal)),
    importance: importanceOf(readTreeEnsemble(booster.modelJson), head.features),
  };
}

function allOf({ rows }: HeadSamples): Int32Array {
  return spacedRows(rows, rows);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
