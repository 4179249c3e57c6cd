import type { HeadRecipe } from '../../shared/model/heads/head.js';
import { seededRandom } from '../../shared/random.js';

/** Bounds of the search: what lies outside has never helped on little data, or takes too long. */
const ROUNDS: Range = [20, 200];
const DEPTH: Range = [1, 5];
const ETA: Range = [0.02, 0.2];
const MIN_CHILD_WEIGHT: Range = [5, 200];
const SUBSAMPLE: Range = [0.5, 1];
const COLSAMPLE: Range = [0.3, 1];
const LAMBDA: Range = [1, 50];

type Range = readonly [number, number];

/** The recipe of one trial: the same seed and number draw the same. The seed of the fits is that of the recipe in use. */
export function drawRecipe(seed: number, trial: number, inUse: HeadRecipe): HeadRecipe {
  const random = seededRandom(seed * 2 ** 21 + trial);
  const even = ([low, high]: Range) => low + (high - low) * random();
  const byFactor = ([low, high]: Range) => low * (high / low) ** random();
  const rounded = (value: number) => Number(value.toPrecision(2));
  return {
    rounds: Math.round(byFactor(ROUNDS)),
    maxDepth: Math.round(even(DEPTH)),
    eta: rounded(byFactor(ETA)),
    minChildWeight: rounded(byFactor(MIN_CHILD_WEIGHT)),
    subsample: rounded(even(SUBSAMPLE)),
    colsampleByTree: rounded(even(COLSAMPLE)),
    lambda: rounded(byFactor(LAMBDA)),
    seed: inUse.seed,
    ...(random() < 0.5 ? { uniqueness: true } : {}),
    ...(inUse.monotone ? { monotone: inUse.monotone } : {}),
  };
}
