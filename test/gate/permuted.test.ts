import assert from 'node:assert/strict';
import { foldRows, planFolds } from '../../research/gate/fold-plan.js';
import { scorePermuted, withMovedLabels } from '../../research/gate/permuted.js';
import type { Learn } from '../../research/gate/score-fold.js';
import { fitArm } from '../../research/gate/trade/fit-arm.js';
import { library } from '../training/library.js';
import { RECIPE } from '../training/random-samples.js';
import { THRESHOLDS, tinySamples } from './tiny-market.js';

const recipe = { ...RECIPE, rounds: 60, maxDepth: 6, eta: 0.3, minChildWeight: 1, lambda: 1 };

describe('labels that were moved to other rows', () => {
  const samples = tinySamples({ seed: 1, days: 20, rowsPerDay: 200, signal: 0.6 });
  const moved = withMovedLabels(samples, 1);
  const fold = planFolds(samples, THRESHOLDS).folds.at(-1)!;
  const { train, test } = foldRows(samples, fold, THRESHOLDS);

  it('are those of their date, each on another row', () => {
    const ofDate = (label: Uint8Array, day: number) => [...label.subarray(200 * day, 200 * day + 200)];
    for (let day = 0; day < 20; day++) {
      assert.notDeepEqual(ofDate(moved.label, day), ofDate(samples.label, day));
      assert.deepEqual(ofDate(moved.label, day).sort(), ofDate(samples.label, day).sort());
    }
  });

  it('teach nothing where training and test are apart, on any of twenty draws', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const draw = withMovedLabels(samples, seed);
      const { skill, p } = await scorePermuted(draw, train, test, recipe, fitArm(draw, library, {}).learn);
      assert.ok(skill <= 0 || p > 0.0001, `${skill} ${p}`);
    }
  });

  it('are foretold where tested rows were trained on, or rows that share their time: a planted overlap lights up', async () => {
    const { learn } = fitArm(moved, library, {});
    const withTest: Learn = (rows, of) => learn(Int32Array.from([...rows, ...test]).sort(), of);
    const whole = await scorePermuted(moved, train, test, recipe, withTest);
    assert.ok(whole.skill > 0.05 && whole.p < 0.0001, JSON.stringify(whole));
  });
});
