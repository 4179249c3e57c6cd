import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toOnnx } from '../../research/training/onnx/to-onnx.js';
import { proveParity } from '../../research/training/parity.js';
import { trainBooster } from '../../research/training/train-booster.js';
import { library } from './library.js';
import { RECIPE, randomMatrix } from './random-samples.js';

const shape = fc.record({
  rows: fc.integer({ min: 3, max: 400 }),
  columns: fc.integer({ min: 1, max: 6 }),
  classes: fc.constantFrom(2 as const, 3 as const),
  missingShare: fc.constantFrom(0, 0.05, 0.6),
  seed: fc.nat(),
});
const recipe = fc.record({
  rounds: fc.integer({ min: 1, max: 25 }),
  maxDepth: fc.integer({ min: 1, max: 7 }),
  eta: fc.constantFrom(0.05, 0.3, 1),
  minChildWeight: fc.constantFrom(0, 1, 1000),
  subsample: fc.constantFrom(0.5, 1),
  colsampleByTree: fc.constantFrom(0.5, 1),
  lambda: fc.constantFrom(0, 1),
  seed: fc.nat(),
});

describe('the ONNX graph of a booster', () => {
  it('gives margins whose bits equal those of libxgboost and of our own evaluator, for any model and missing values', async () => {
    await fc.assert(
      fc.asyncProperty(shape, recipe, async (asked, drawn) => {
        const matrix = randomMatrix(asked);
        const booster = await trainBooster({ library, ...matrix, recipe: drawn });
        const { classes, columns, rows } = matrix;
        const onnx = toOnnx(booster.modelJson, { classes, columns, metadata: {} });
        const parity = await proveParity({ library, ...matrix, booster, onnx });
        assert.equal(parity.marginsBitEqual, rows * (classes === 2 ? 1 : 3));
        assert.ok(parity.maxProbabilityDifference <= 1e-6);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same bytes for the same booster', async () => {
    const matrix = randomMatrix({ rows: 500, columns: 4, classes: 2, missingShare: 0.1, seed: 3 });
    const { modelJson } = await trainBooster({ library, ...matrix, recipe: RECIPE });
    const options = { classes: 2 as const, columns: 4, metadata: { head: 'XGB_5m', data: 'SYNTHETIC' } };
    assert.ok(toOnnx(modelJson, options).equals(toOnnx(modelJson, options)));
    assert.ok(toOnnx(modelJson, options).includes('SYNTHETIC'));
  });
});

describe('the proof of parity', () => {
  const matrix = randomMatrix({ rows: 2500, columns: 4, classes: 3, missingShare: 0.1, seed: 4 });
  const options = { classes: 3 as const, columns: 4, metadata: {} };

  it('fails for the graph of another model, saying how many margins differ', async () => {
    const booster = await trainBooster({ library, ...matrix, recipe: RECIPE });
    const other = await trainBooster({ library, ...matrix, recipe: { ...RECIPE, seed: 5 } });
    const onnx = toOnnx(other.modelJson, options);
    await assert.rejects(proveParity({ library, ...matrix, booster, onnx }), {
      type: 'ParityFailed',
      message: /of 7500 margins differ/,
    });
  });

  it('fails for a leaf that is wrong in its last bit', async () => {
    const booster = await trainBooster({ library, ...matrix, recipe: { ...RECIPE, rounds: 1, maxDepth: 1 } });
    const model = JSON.parse(Buffer.from(booster.modelJson).toString('utf8'));
    const tree = model.learner.gradient_booster.model.trees[0];
    const bits = new Uint32Array(Float32Array.of(tree.split_conditions[1]).buffer);
    bits[0]!++;
    tree.split_conditions[1] = new Float32Array(bits.buffer)[0];
    const onnx = toOnnx(Buffer.from(JSON.stringify(model)), options);
    await assert.rejects(proveParity({ library, ...matrix, booster, onnx }), { type: 'ParityFailed' });
  });

  it('counts the rows with missing values, and compares the chosen rows only', async () => {
    const booster = await trainBooster({ library, ...matrix, recipe: RECIPE });
    const onnx = toOnnx(booster.modelJson, options);
    const isMissing = (row: number) => matrix.features.subarray(row * 4, row * 4 + 4).some(Number.isNaN);
    const rowIndices = Int32Array.from({ length: 1300 }, (_, i) => 2499 - i);
    const parity = await proveParity({ library, ...matrix, rowIndices, booster, onnx });
    assert.equal(parity.rows, 1300);
    assert.equal(parity.rowsWithMissing, rowIndices.filter(isMissing).length);
  });
});
