import type { HeadRecipe } from '../../shared/model/heads/head.js';
import { UnusableRows } from './gather-rows.js';

/**
 * XGBoost's parameters for a recipe. A two-class booster starts from margin 0, which is exact in float32 whatever the
 * platform's logarithm; more classes start from XGBoost's own intercepts, which are margins already.
 * @param threads changes the time, not the model
 */
export function boosterParameters(
  recipe: HeadRecipe,
  classes: 2 | 3,
  threads: number,
  columnNames: readonly string[] = [],
): Record<string, string> {
  const objective =
    classes === 2
      ? { objective: 'binary:logistic', base_score: 0.5, eval_metric: 'logloss' }
      : { objective: 'multi:softprob', num_class: classes, eval_metric: 'mlogloss' };
  const parameters = {
    ...objective,
    booster: 'gbtree',
    tree_method: 'hist',
    max_depth: recipe.maxDepth,
    eta: recipe.eta,
    min_child_weight: recipe.minChildWeight,
    subsample: recipe.subsample,
    colsample_bytree: recipe.colsampleByTree,
    lambda: recipe.lambda,
    seed: recipe.seed,
    nthread: threads,
    verbosity: 0,
    ...(recipe.monotone ? { monotone_constraints: constraintsOf(recipe.monotone, classes, columnNames) } : {}),
  };
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
}

/** XGBoost's own form, `(1,0,-1)` in the order of the columns. @throws UnusableRows */
function constraintsOf(
  monotone: NonNullable<HeadRecipe['monotone']>,
  classes: 2 | 3,
  columnNames: readonly string[],
): string {
  if (classes !== 2)
    throw new UnusableRows(
      'monotone constraints of three classes mean nothing',
      'Leave `monotone` out of this recipe.',
    );
  const unknown = Object.keys(monotone).find((name) => !columnNames.includes(name));
  if (unknown !== undefined)
    throw new UnusableRows(`monotone names ${unknown}, which the head does not look at`, 'Name one of its features.');
  return `(${columnNames.map((name) => monotone[name] ?? 0).join(',')})`;
}
