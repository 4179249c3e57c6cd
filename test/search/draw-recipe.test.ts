import assert from 'node:assert/strict';
import { drawRecipe } from '../../research/search/draw-recipe.js';
import { gainOf, logLossOf, overfittingOf, type ScoredRecipe, trialOf } from '../../research/search/scored-recipe.js';
import { BASE_RECIPE } from '../../shared/model/heads/definitions/head-definition.js';
import { headRecipe } from '../../shared/model/heads/head.js';

describe('recipes that are drawn', () => {
  it('are valid, the same for the same seed and number, and others for others', () => {
    const drawn = Array.from({ length: 200 }, (_, trial) => drawRecipe(7, trial + 1, BASE_RECIPE));
    for (const recipe of drawn) {
      assert.deepEqual(headRecipe.parse(recipe), recipe);
      assert.equal(recipe.seed, BASE_RECIPE.seed);
    }
    assert.deepEqual(drawRecipe(7, 5, BASE_RECIPE), drawn[4]);
    assert.ok(new Set(drawn.map((one) => JSON.stringify(one))).size > 190);
    assert.notDeepEqual(drawRecipe(8, 5, BASE_RECIPE), drawn[4]);
  });
});

describe('a scored recipe', () => {
  const scored = (trial: number, losses: readonly number[]): ScoredRecipe => ({
    ...{ kind: 'believe.scored-recipe', version: 1, trial, recipe: BASE_RECIPE },
    folds: losses.map((loss, fold) => ({
      fold,
      days: [0, 1].map((day) => ({
        ...{ tradeDate: 20_250_602 + 2 * fold + day, rows: 100, logLossSum: 100 * loss, netTicks: 10 * fold - 5 },
      })),
    })),
  });

  it('has the mean log loss of the folds so far, and a gain over another with its interval over dates', () => {
    const [best, base] = [scored(3, [0.6, 0.5, 0.55]), scored(0, [0.62, 0.52, 0.56])];
    assert.ok(Math.abs(logLossOf(best) - 0.55) < 1e-12 && Math.abs(logLossOf(best, 1) - 0.6) < 1e-12);
    const gain = gainOf(best, base)!;
    assert.ok(Math.abs(gain.estimate - 0.05 / 3) < 1e-12 && gain.low > 0 && gain.high < 0.03, JSON.stringify(gain));
  });

  it('is overfitted or not beside the others, by the dates that all of them share; fewer than ten are no search', () => {
    const tried = (trial: number, edge: number, folds: number): ScoredRecipe => ({
      ...scored(trial, Array(folds).fill(0.6)),
      folds: Array.from({ length: folds }, (_, fold) => ({
        fold,
        days: Array.from({ length: 4 }, (_, day) => ({
          ...{ tradeDate: 20_250_602 + 4 * fold + day, rows: 100, logLossSum: 60 },
          netTicks: edge + Math.sin(7 * trial + 3 * fold + day),
        })),
      })),
    });
    const all = Array.from({ length: 12 }, (_, trial) => tried(trial, trial === 4 ? 5 : 0, trial === 4 ? 6 : 2));
    assert.deepEqual([overfittingOf(all)!.probability, overfittingOf(all)!.configurations], [0, 12]);
    assert.equal(overfittingOf(all.slice(0, 9)), null);
    assert.equal(overfittingOf(all.map((one) => ({ ...one, folds: one.folds.slice(0, 1) }))), null);
  });

  it('is a line of the ledger, with the dates that it came to', () => {
    const trial = trialOf(scored(3, [0.6, 0.5]), 'search/x~0a1b2c3d');
    assert.deepEqual([trial.runId, trial.tradeDates, trial.daily.length], ['search/x~0a1b2c3d#3', 4, 4]);
    assert.deepEqual(trial.daily[0], [20_250_602, -5]);
    assert.ok(Math.abs(trial.sharpePerDay) < 1e-9);
  });
});
