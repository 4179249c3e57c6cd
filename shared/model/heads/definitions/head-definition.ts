import type { HeadRecipe, HeadSpec } from '../head.js';

/** Recipes of every head that a ship can be asked for. */
export const RECIPE_NAMES = ['base', 'improved'] as const;
export type RecipeName = (typeof RECIPE_NAMES)[number];

/** A head that this code trains: all that is its own. Releases carry their specs themselves, and need none of this. */
export interface HeadDefinition {
  /** Goes into a release as it is. */
  readonly spec: HeadSpec;
  /** What it looks at, after these words. */
  readonly looksAt: string;
  /** What its rows are, where a sentence counts them. */
  readonly rowsAre: string;
  /** What market data must hold to give it a row. */
  readonly needs: string;
  /** By default; the settings `training.recipes` are made of these. */
  readonly recipes: Readonly<Record<RecipeName, HeadRecipe>>;
}

export const BASE_RECIPE: HeadRecipe = {
  rounds: 40,
  maxDepth: 3,
  eta: 0.1,
  minChildWeight: 20,
  subsample: 0.8,
  colsampleByTree: 0.8,
  lambda: 5,
  seed: 1,
};

/** Heavier penalties and fewer features a tree: lower log loss out of sample in every head, on three seeds of the generator. */
export const CALMER_RECIPE: HeadRecipe = { ...BASE_RECIPE, minChildWeight: 80, colsampleByTree: 0.5, lambda: 20 };
