import type { HeadRecipe } from '../../shared/model/heads/head.js';

/**
 * XGBoost's parameters for a recipe. A two-class booster starts from margin 0, which is exact in float32 whatever the
 * platform's logarithm; more classes start from XGBoost's own intercepts, which are margins already.
 * @param threads changes the time, not the model
 */
export function boosterParameters(recipe: HeadRecipe, classes: 2 | 3, threads: number): Record<string, string> {
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
  };
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
}
