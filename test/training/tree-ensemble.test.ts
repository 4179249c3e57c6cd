import assert from 'node:assert/strict';
import fc from 'fast-check';
import { evaluateTrees } from '../../research/training/evaluate-trees.js';
import { toOnnx } from '../../research/training/onnx/to-onnx.js';
import { readTreeEnsemble } from '../../research/training/tree-ensemble.js';
import { STUMP } from './stump.js';

function model(change: { tree?: object; learner?: object; booster?: object; base?: string } = {}): Buffer {
  return Buffer.from(
    JSON.stringify({
      version: [3, 2, 0],
      learner: {
        learner_model_param: { base_score: change.base ?? '[5E-1]', num_class: '0', num_feature: '2', num_target: '1' },
        objective: { name: 'binary:logistic' },
        gradient_booster: {
          name: 'gbtree',
          model: { trees: [{ ...STUMP, ...change.tree }], tree_info: [0] },
          ...change.booster,
        },
        ...change.learner,
      },
    }),
  );
}

describe('reading a booster', () => {
  it('sends a row left below the threshold, right at it, and where training says when it is missing', () => {
    const rows = Float32Array.of(0.49, 0, 0.5, 0, Number.NaN, 0);
    assert.deepEqual([...evaluateTrees(readTreeEnsemble(model()), rows, 3)], [-1, 2, 2]);
    const left = model({ tree: { default_left: [1, 0, 0] } });
    assert.deepEqual([...evaluateTrees(readTreeEnsemble(left), rows, 3)], [-1, 2, -1]);
  });

  it('takes the base score as a probability of two classes, in the texts of 1.7 and of 3.x', () => {
    const base = (text: string) => readTreeEnsemble(model({ base: text })).baseMargins[0];
    assert.ok(base('5E-1') === 0);
    assert.ok(base('[5E-1]') === 0);
    assert.equal(base('[2.5E-1]'), Math.fround(-Math.log(3)));
  });

  it('leaves out nodes that pruning deleted', () => {
    const pruned = { left_children: [-1, -1, -1], split_conditions: [0.25, 0, 0] };
    const trees = readTreeEnsemble(model({ tree: pruned }));
    assert.equal(trees.left.length, 1);
    assert.deepEqual([...evaluateTrees(trees, Float32Array.of(1, 1), 1)], [0.25]);
  });

  it('refuses what the graph cannot say', () => {
    const cases: [Parameters<typeof model>[0], RegExp][] = [
      [{ booster: { name: 'dart' } }, /its booster is dart/],
      [{ booster: { name: 'gblinear', model: undefined } }, /its booster is gblinear/],
      [{ tree: { split_type: [1, 0, 0] } }, /tree 0 has categorical splits/],
      [{ tree: { tree_param: { size_leaf_vector: '3' } } }, /tree 0 has vector leaves/],
      [{ learner: { objective: { name: 'rank:ndcg' } } }, /objective is rank:ndcg/],
      [{ base: '[a]' }, /base_score is \[a\]/],
      [{ base: '[1,2]' }, /base_score is \[1,2\]/],
      [{ tree: { left_children: [0, -1, -1] } }, /tree 0 is not a tree/],
      [{ tree: { left_children: [9, -1, -1] } }, /tree 0 is not a tree/],
      [{ tree: { split_indices: [2, 0, 0] } }, /tree 0 splits on column 2/],
      [{ tree: { default_left: [0] } }, /tree 0: default_left is cut short/],
      [{ tree: { left_children: 'x' } }, /tree 0: left_children/],
    ];
    for (const [change, message] of cases)
      assert.throws(() => readTreeEnsemble(model(change)), { type: 'UnsupportedModel', message });
    const options = { classes: 3 as const, columns: 2, metadata: {} };
    assert.throws(() => toOnnx(model(), options), { type: 'UnsupportedModel', message: /2 classes, not 3/ });
    assert.throws(() => toOnnx(model(), { ...options, classes: 2, columns: 3 }), { message: /2 columns, not 3/ });
  });

  it('refuses damaged bytes with a typed failure, wherever they are cut or flipped', () => {
    const bytes = model();
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, flip, cut) => {
        const damaged = Buffer.from(cut ? bytes.subarray(0, at) : bytes);
        if (!cut) damaged[at]! ^= flip;
        try {
          readTreeEnsemble(damaged);
        } catch (error) {
          assert.equal((error as { type?: string }).type, 'UnsupportedModel', String(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});
