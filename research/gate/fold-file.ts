import { z } from 'zod';
import { BadInput, Failure } from '../../shared/failure.js';
import { jsonOfFormat } from '../../shared/formats/version-found.js';
import { foldScore } from './fold-contract.js';
import type { RowScores } from './score-arm.js';
import type { ScoredFold } from './score-fold.js';

const header = z.strictObject({ kind: z.literal('believe.scored-fold'), version: z.literal(3), score: foldScore });
const HEADER_LIMIT_BYTES = 16 * 2 ** 20;

/**
 * The file of a scored fold: a line of JSON with the score, then little-endian columns of four bytes a row: row number
 * (int32), then log loss, expected ticks and net ticks (float32) of the candidate and, if any, of the prior.
 */
export function encodeScoredFold(fold: ScoredFold): Uint8Array {
  const line = `${JSON.stringify(header.parse({ kind: 'believe.scored-fold', version: 3, score: fold.score }))}\n`;
  return Buffer.concat([
    Buffer.from(line),
    ...columnsOf(fold).map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  ]);
}

/** @throws BadInput when the bytes are not such a file */
export function decodeScoredFold(bytes: Uint8Array, name: string): ScoredFold {
  const score = readHeader(bytes, name);
  // A copy of its own: columns need an aligned start, which a pooled Buffer does not give.
  const columns = new Uint8Array(bytes.subarray(bytes.indexOf(LINE_FEED) + 1));
  const count = score.prior ? 7 : 4;
  const rows = score.testRows;
  if (columns.length !== 4 * rows * count)
    throw new BadInput(name, undefined, `has ${columns.length} bytes of columns, ${4 * rows * count} expected`, REDO);
  const column = (at: number) => new Float32Array(columns.buffer, 4 * rows * at, rows);
  const arm = (at: number): RowScores => ({
    logLoss: column(at),
    expectedTicks: column(at + 1),
    netTicks: column(at + 2),
  });
  return {
    score,
    rows: new Int32Array(columns.buffer, 0, rows),
    candidate: arm(1),
    prior: score.prior ? arm(4) : null,
  };
}

const LINE_FEED = 0x0a;
const REDO = 'Score the fold again.';

function readHeader(bytes: Uint8Array, name: string) {
  const end = bytes.subarray(0, HEADER_LIMIT_BYTES).indexOf(LINE_FEED);
  if (end < 0) throw new BadInput(name, undefined, 'has no header line', REDO);
  try {
    return header.parse(
      jsonOfFormat('scored fold', name, new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end))),
    ).score;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new BadInput(name, 'line 1', `is not a scored fold: ${(error as Error).message}`, REDO);
  }
}

function columnsOf({ rows, candidate, prior }: ScoredFold): readonly (Int32Array | Float32Array)[] {
  const ofArm = ({ logLoss, expectedTicks, netTicks }: RowScores) => [logLoss, expectedTicks, netTicks];
  return [rows, ...ofArm(candidate), ...(prior ? ofArm(prior) : [])];
}
