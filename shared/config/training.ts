import { z } from 'zod';
import { type HeadRecipe, headRecipe } from '../model/heads/head.js';
import { HEAD_NAMES, HEADS, type TrainedHeadName } from '../model/heads/head-specs.js';
import { samplingOf } from '../model/heads/sampling.js';

const RECIPE_FIELDS: Readonly<Record<keyof HeadRecipe, string>> = {
  rounds: 'Boosting rounds (times three trees for a three-class head).',
  maxDepth: 'Depth of a tree.',
  eta: 'Learning rate.',
  minChildWeight: 'Least sum of hessians in a leaf.',
  subsample: 'Share of the rows that each tree sees.',
  colsampleByTree: 'Share of the features that each tree sees.',
  lambda: 'L2 penalty on leaf weights.',
  seed: 'Seed of the row and feature draws.',
  uniqueness: 'Weigh rows by how little their labels overlap with others.',
  earlyStopRounds: 'Rounds without a fall of the log loss on the last quarter of the rows, after which training stops.',
  monotone: 'Features that may only raise (1) or lower (-1) the probability of up; of two-class heads.',
};

type RecipeFields = {
  readonly [K in keyof HeadRecipe]-?: (typeof headRecipe.shape)[K] extends z.ZodOptional
    ? (typeof headRecipe.shape)[K]
    : z.ZodDefault<(typeof headRecipe.shape)[K]>;
};

/** A head's recipe with defaults, each field described. */
function recipe(defaults: HeadRecipe) {
  const fields = Object.entries(headRecipe.shape).map(([name, schema]) => {
    const key = name as keyof HeadRecipe;
    const usual = defaults[key];
    const field = usual === undefined ? schema : (schema as z.ZodType<unknown>).default(usual);
    return [key, field.describe(RECIPE_FIELDS[key])];
  });
  return z.strictObject(Object.fromEntries(fields) as RecipeFields).prefault({});
}

/** The project's second recipe, better regularised: fixed, so that `improved` means the same in every ship (docs/training.md). */
export const IMPROVED_RECIPES = Object.fromEntries(
  HEADS.map(({ spec, recipes: { improved } }) => [spec.name, improved]),
) as Readonly<Record<TrainedHeadName, HeadRecipe>>;

/** The recipe that is set, of each head. */
function recipes() {
  const fields = HEADS.map(({ spec, looksAt, recipes: { base } }) => [
    spec.name,
    recipe(base).describe(`The head that looks at ${looksAt}.`),
  ]);
  return z.strictObject(Object.fromEntries(fields) as Record<TrainedHeadName, ReturnType<typeof recipe>>).prefault({});
}

/** Heads that look at the book: they need recorded depth. */
export function needsDepth(heads: readonly string[]): boolean {
  return HEADS.some(({ spec }) => heads.includes(spec.name) && samplingOf(spec) === 'second');
}

export const trainingConfig = z.strictObject({
  heads: z
    .array(z.enum(HEAD_NAMES))
    .min(1)
    .refine((heads) => new Set(heads).size === heads.length, 'each head once')
    .default([...HEAD_NAMES])
    .describe('Heads that a ship trains and a release is made of. XGB_5m alone needs no book, only bars.'),
  threads: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(2)
    .describe('Cores of one fit; a model has the same bytes whatever their number.'),
  shareFolds: z
    .boolean()
    .default(false)
    .describe('Let other research hosts score folds of a ship, through the bucket of store.s3 (docs/store.md).'),
  recipes: z
    .strictObject({
      base: recipes().describe('What a ship trains unless it is told otherwise.'),
    })
    .prefault({})
    .describe('XGBoost parameters of each head.'),
  policy: z
    .strictObject({
      entryEdgeTicks: z.number().nonnegative().default(0.25).describe('Edge left after costs that enters a position.'),
      exitEdgeTicks: z.number().nonnegative().default(0).describe('Edge before costs below which a position is left.'),
      feeTicks: z.number().nonnegative().default(0.18).describe('Fees and commission of one contract, one side.'),
      spreadShare: z.number().min(0).max(1).default(1).describe('Share of the spread that a round trip costs.'),
      maxSpreadTicks: z.number().positive().default(3).describe('No entry while the spread is wider.'),
      maxPositionContracts: z.number().int().min(1).max(100).default(1).describe('Largest position of the policy.'),
    })
    .prefault({})
    .describe('How expected moves become positions; part of every release.'),
});
