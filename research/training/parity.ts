import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { Failure } from '../../shared/failure.js';
import { ONNX_INPUT, ONNX_OUTPUT } from '../../shared/model/heads/onnx-head.js';
import { InferenceSession, Tensor } from '../../shared/model/heads/onnx-runtime.js';
import type { Booster, FeatureRows, LibraryFile } from './booster.js';
import { evaluateTrees } from './evaluate-trees.js';
import { gatherRows } from './gather-rows.js';
import { ONNX_MARGIN } from './onnx/to-onnx.js';
import { predictBooster } from './predict-booster.js';
import { readTreeEnsemble } from './tree-ensemble.js';

/** How close onnxruntime's probabilities must be to libxgboost's: their exponentials differ in the last bits. */
export const PROBABILITY_TOLERANCE = 1e-6;

export const parity = z.object({
  rows: z.number().int().positive(),
  /** Rows with at least one NaN. */
  rowsWithMissing: z.number().int().nonnegative(),
  /** Margins compared, and those whose bits are equal in libxgboost, onnxruntime and our own evaluator: all of them. */
  margins: z.number().int().positive(),
  marginsBitEqual: z.number().int().positive(),
  maxProbabilityDifference: z.number(),
});
export type Parity = Readonly<z.infer<typeof parity>>;

/** The ONNX graph does not compute what the booster computes: it must not be released. */
export class ParityFailure extends Failure {
  constructor(reason: string, parity: Parity) {
    super('ParityFailed', reason, 'Keep the old release; the converter or a runtime is defective.', { parity });
  }
}

export interface ParityJob extends FeatureRows {
  readonly library: LibraryFile;
  readonly booster: Booster;
  readonly onnx: Uint8Array;
  readonly classes: 2 | 3;
  readonly signal?: AbortSignal;
}

/**
 * Compares the ONNX graph with the booster on rows (use real ones, with their missing values): every margin must be
 * equal in its bits, every probability within 1e-6.
 * @throws ParityFailure; UnusableRows
 */
export async function proveParity(job: ParityJob): Promise<Parity> {
  const expected = await predictBooster(job);
  const { features, rows } = gatherRows(job);
  const actual = await runOnnx(job, features, rows);
  const measured: Parity = {
    rows,
    rowsWithMissing: countRowsWithMissing(features, rows, job.columns),
    margins: expected.margins.length,
    marginsBitEqual: countBitEqual(expected.margins, actual.margins, actual.evaluated),
    maxProbabilityDifference: maxDifference(expected.probabilities, actual.probabilities),
  };
  if (measured.marginsBitEqual !== measured.margins)
    throw new ParityFailure(
      `${measured.margins - measured.marginsBitEqual} of ${measured.margins} margins differ`,
      measured,
    );
  if (!(measured.maxProbabilityDifference <= PROBABILITY_TOLERANCE))
    throw new ParityFailure(
      `probabilities differ by ${measured.maxProbabilityDifference}, more than ${PROBABILITY_TOLERANCE}`,
      measured,
    );
  return measured;
}

/** onnxruntime and our evaluator compute on the event loop: a batch at a time, so that heartbeats go on. */
const BATCH_ROWS = 1024;

async function runOnnx({ onnx, booster, columns, signal }: ParityJob, features: Float32Array, rows: number) {
  const trees = readTreeEnsemble(booster.modelJson);
  const session = await InferenceSession.create(onnx, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const margins: Float32Array[] = [];
  const probabilities: Float32Array[] = [];
  const evaluated: Float32Array[] = [];
  try {
    for (let start = 0; start < rows; start += BATCH_ROWS) {
      signal?.throwIfAborted();
      const batchRows = Math.min(BATCH_ROWS, rows - start);
      const batch = features.slice(start * columns, (start + batchRows) * columns);
      const output = await session.run({ [ONNX_INPUT]: new Tensor('float32', batch, [batchRows, columns]) });
      margins.push(output[ONNX_MARGIN]!.data as Float32Array);
      probabilities.push(output[ONNX_OUTPUT]!.data as Float32Array);
      evaluated.push(evaluateTrees(trees, batch, batchRows));
      await setImmediate();
    }
  } finally {
    await session.release();
  }
  return { margins: joined(margins), probabilities: joined(probabilities), evaluated: joined(evaluated) };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function countRowsWithMissing(features: Float32Array, rows: number, columns: number): number {
  let count = 0;
  for (let row = 0; row < rows; row++)
    if (features.subarray(row * columns, (row + 1) * columns).some(Number.isNaN)) count++;
  return count;
}

/** Equal floats have equal bits, but for the two zeros: XGBoost adds from -0, onnxruntime from 0. NaN equals nothing. */
function countBitEqual(one: Float32Array, two: Float32Array, three: Float32Array): number {
  if (two.length !== one.length || three.length !== one.length) return 0;
  return one.reduce((count, margin, i) => count + Number(margin === two[i] && margin === three[i]), 0);
}

function maxDifference(expected: Float32Array, actual: Float32Array): number {
  if (expected.length !== actual.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(expected[i]! - actual[i]!);
    if (!(difference <= most)) most = difference;
  }
  return most;
}
