import type { HeadRecipe, HeadSamples } from '../../shared/model/heads/head.js';
import { HEAD_SPECS } from '../../shared/model/heads/head-specs.js';

export const RECIPE: HeadRecipe = {
  rounds: 8,
  maxDepth: 3,
  eta: 0.3,
  minChildWeight: 1,
  subsample: 0.8,
  colsampleByTree: 0.8,
  lambda: 1,
  seed: 7,
};

/** Uniform numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface MatrixShape {
  readonly rows: number;
  readonly columns: number;
  readonly classes: 2 | 3;
  readonly missingShare: number;
  readonly seed: number;
}

/** A matrix whose first column says something of the class; values repeat, so that rows meet thresholds exactly. */
export function randomMatrix({ rows, columns, classes, missingShare, seed }: MatrixShape) {
  const next = randomNumbers(seed);
  const features = new Float32Array(new SharedArrayBuffer(4 * rows * columns));
  const label = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      features[row * columns + column] = next() < missingShare ? Number.NaN : Math.round(next() * 40 - 20) / 7;
    const signal = features[row * columns]!;
    const lean = Number.isNaN(signal) ? 0 : signal / 10;
    // The first rows hold every class, whatever the draws.
    label[row] = row < classes ? row : Math.max(0, Math.min(classes - 1, Math.floor((next() + lean) * classes)));
  }
  return { features, rows, columns, label, classes };
}

/** Labelled seconds of a head of three classes, 5 trade dates; `strength` 0 is noise. */
export function randomSamples(rows: number, strength: number, seed: number): HeadSamples {
  const head = HEAD_SPECS.F2_dom;
  const columns = head.features.length;
  const next = randomNumbers(seed);
  const samples = {
    head,
    rows,
    columns,
    features: new Float32Array(new SharedArrayBuffer(4 * rows * columns)),
    label: new Uint8Array(rows),
    startMs: new Float64Array(rows),
    endMs: new Float64Array(rows),
    tradeDate: new Int32Array(rows),
    moveTicks: new Float32Array(rows),
    costTicks: new Float32Array(rows).fill(1.3),
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) samples.features[row * columns + column] = next() * 2 - 1;
    samples.features[row * columns + 5] = next() < 0.1 ? Number.NaN : next();
    const signal = strength * samples.features[row * columns]!;
    const move = Math.round((signal + next() + next() - 1) * 2);
    const day = Math.floor((row * 5) / rows);
    samples.moveTicks[row] = move;
    samples.label[row] = move === 0 ? 1 : move > 0 ? 2 : 0;
    samples.startMs[row] = Date.UTC(2014, 0, 6 + day, 14, 30) + 1000 * row;
    samples.endMs[row] = samples.startMs[row]! + head.horizonMs;
    samples.tradeDate[row] = 20140106 + day;
  }
  return samples;
}
