import type { HeadRecipe, HeadSamples } from '../../shared/model/heads/head.js';
import { seededRandom } from '../../shared/random.js';
import type { Permuted } from './fold-contract.js';
import { type Learn, overlapRows } from './score-fold.js';
import { dieboldMariano } from './statistics/diebold-mariano.js';
import { surprise } from './statistics/surprise.js';
import { sumOf } from './statistics/total.js';

/**
 * Each trade date's labels, moved round within the date by a random stretch: what features say of them is broken, what rows that share a
 * label's time have in common is not. @returns the samples with such labels, in memory of their own
 */
export function withMovedLabels(samples: HeadSamples, seed: number): HeadSamples {
  const random = seededRandom(seed);
  const { rows, tradeDate, label } = samples;
  const moved = new Uint8Array(rows);
  for (let first = 0; first < rows; ) {
    let end = first;
    while (end < rows && tradeDate[end] === tradeDate[first]) end++;
    const length = end - first;
    const shift = Math.floor(length * (0.2 + 0.6 * random()));
    for (let i = 0; i < length; i++) moved[first + i] = label[first + ((i + shift) % length)]!;
    first = end;
  }
  return { ...samples, label: moved };
}

/**
 * Fits a recipe to moved labels and tests it on moved labels of the fold: nothing is there to be learned, unless the rows that are tested,
 * or rows that share their labels' time, were trained on.
 * @param moved of `withMovedLabels`; `learn` fits to these
 */
export async function scorePermuted(
  moved: HeadSamples,
  train: Int32Array,
  test: Int32Array,
  recipe: HeadRecipe,
  learn: Learn,
): Promise<Permuted> {
  const { classes } = moved.head;
  const shares = new Float64Array(classes);
  for (const row of train) shares[moved.label[row]!]! += 1 / train.length;
  const probabilities = await (await learn(train, recipe))(test);
  const lossOfShares = Float64Array.from(test, (row) => surprise(shares[moved.label[row]!]!));
  const gain = lossOfShares.map((loss, at) => loss - surprise(probabilities[at * classes + moved.label[test[at]!]!]!));
  const { pWorse } = dieboldMariano(gain, Math.min(overlapRows(moved, test) + 1, test.length - 1));
  return { skill: sumOf(gain) / sumOf(lossOfShares), p: pWorse };
}
