import assert from 'node:assert/strict';
import type { OnnxAttribute, OnnxNode } from '../../research/training/onnx/onnx-schema.js';
import { fusedMultiplyAdd } from '../../shared/model/heads/fused-multiply-add.js';
import { OnnxHead } from '../../shared/model/heads/onnx-head.js';
import { provenTrees } from '../../shared/model/heads/proven-trees.js';
import { ThresholdRows } from '../../shared/model/heads/threshold-rows.js';
import { TreeHead } from '../../shared/model/heads/tree-head.js';
import { type Forest, type ForestModel, forestGraph } from './random-trees.js';
import { tinyOnnx } from './tiny-onnx.js';

/** Of each forest. */
const ROWS = 2000;
const NO_ROWS = new Float32Array(0);
const SMALL = { seed: 5, columns: 4, trees: 3, depth: 2 } as const;

const FORESTS: Readonly<Record<string, Forest>> = {
  'one stump': { seed: 1, classes: 2, columns: 1, trees: 1, depth: 1 },
  'three stumps': { seed: 2, classes: 3, columns: 2, trees: 1, depth: 1 },
  'leaves alone': { seed: 3, classes: 2, columns: 2, trees: 4, depth: 0 },
  'leaves alone, of three classes': { seed: 4, classes: 3, columns: 2, trees: 4, depth: 0 },
  'many deep trees': { seed: 5, classes: 2, columns: 30, trees: 300, depth: 6, leafMax: 0.05 },
  'many deep trees of three classes': { seed: 6, classes: 3, columns: 30, trees: 120, depth: 6, leafMax: 0.05 },
  'thresholds at zeros and the least and greatest numbers': {
    ...{ seed: 7, classes: 3, columns: 5, trees: 30, depth: 4 },
    thresholds: [0, -0, 1.4e-45, -1.4e-45, 1.1754944e-38, 3.4028235e38, -3.4028235e38, Infinity, -Infinity],
  },
  'probabilities near 0 and 1': { seed: 8, classes: 2, columns: 9, trees: 40, depth: 3, leafMax: 2 },
  'probabilities of 0 and 1': {
    ...{ seed: 11, classes: 2, columns: 9, trees: 40, depth: 3, leafMax: 5 },
    baseMargins: [-4],
  },
  'three probabilities near 0 and 1': {
    ...{ seed: 9, classes: 3, columns: 9, trees: 8, depth: 3, leafMax: 4 },
    baseMargins: [-8, 0, 9],
  },
  'leaves too small for float32': { seed: 10, classes: 3, columns: 6, trees: 9, depth: 3, leafMax: 1e-42 },
};

describe('trees without a runtime', () => {
  it('give what onnxruntime gives, to the bit', async () => {
    for (const [name, forest] of Object.entries(FORESTS)) {
      const graph = forestGraph(forest);
      const trees = TreeHead.of(graph, forest.columns, forest.classes);
      assert.ok(trees, name);
      assert.equal(await differing(trees, graph, forest), 0, name);
    }
  });

  it('are proven against the runtime when they are loaded', async () => {
    const forest = { ...SMALL, classes: 3 } as const;
    const graph = forestGraph(forest);
    const other = await OnnxHead.load(forestGraph({ ...forest, seed: 6 }), 4, 3);
    const model = await OnnxHead.load(graph, 4, 3);
    assert.ok(await provenTrees(graph, model, NO_ROWS));
    assert.equal(await provenTrees(graph, other, NO_ROWS), null, 'the runtime gives something else');
    assert.equal(await provenTrees(tinyOnnx(4, 3), model, NO_ROWS), null, 'a graph of no trees');
    await model.release();
    await other.release();
  });

  it('refuse a row and an output of another length', () => {
    const trees = TreeHead.of(forestGraph({ ...SMALL, classes: 2 }), 4, 2)!;
    assert.throws(() => trees.run(new Float32Array(3), new Float32Array(2)), RangeError);
    assert.throws(() => trees.run(new Float32Array(4), new Float32Array(3)), RangeError);
  });

  it('leave to the runtime whatever is not as our exporter writes it', () => {
    for (const classes of [2, 3] as const) assert.ok(TreeHead.of(forestGraph({ ...SMALL, classes }), 4, classes));
    for (const [why, { classes = 3, change }] of Object.entries(ODD_GRAPHS))
      assert.equal(TreeHead.of(forestGraph({ ...SMALL, classes }, change), 4, classes), null, why);
    const graph = forestGraph({ ...SMALL, classes: 3 });
    assert.equal(TreeHead.of(graph, 4, 2), null, 'another number of classes');
    assert.equal(TreeHead.of(graph, 1, 3), null, 'columns that rows have not');
    assert.equal(TreeHead.of(graph.subarray(0, -1), 4, 3), null, 'bytes that end');
  });

  it('leave margins that are too far apart to the runtime: there its kernels differ by processor', () => {
    const apart = { ...SMALL, classes: 3, depth: 0, leafMax: 0 } as const;
    assert.ok(TreeHead.of(forestGraph({ ...apart, baseMargins: [0, 40, 87] }), 4, 3));
    assert.equal(TreeHead.of(forestGraph({ ...apart, baseMargins: [0, 40, 88] }), 4, 3), null);
  });
});

describe('a fused multiply-add', () => {
  it('rounds once, where a float64 between would be rounded to the middle of two float32', () => {
    // The product is 64 - 2^-40; float32 near 2^30 are 128 apart.
    const [a, b] = [8 * (1 + 2 ** -23), 8 * (1 - 2 ** -23)];
    assert.equal(fusedMultiplyAdd(a, b, 2 ** 30 + 128), 2 ** 30 + 128);
    assert.equal(fusedMultiplyAdd(-a, b, 2 ** 30 + 128), 2 ** 30 + 128);
    assert.equal(Math.fround(a * b + 2 ** 30 + 128), 2 ** 30 + 256, 'rounded twice');
    assert.equal(fusedMultiplyAdd(8, 8, 2 ** 30 + 128), 2 ** 30 + 256, 'the very middle: to even');
    assert.equal(fusedMultiplyAdd(8, -8, 2 ** 30 + 128), 2 ** 30, 'the very middle: to even');
  });
});

async function differing(trees: TreeHead, graph: Buffer, { columns, classes, seed }: Forest): Promise<number> {
  const model = await OnnxHead.load(graph, columns, classes);
  const rows = new ThresholdRows(trees.thresholds(), seed);
  const [row, own] = [new Float32Array(columns), new Float32Array(classes)];
  let count = 0;
  for (let at = 0; at < ROWS; at++) {
    rows.next(row);
    trees.run(row, own);
    if (!bitsOf(own).equals(bitsOf(await model.run(row, 1)))) count++;
  }
  await model.release();
  return count;
}

function bitsOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

type Change = { readonly classes?: 2 | 3; readonly change: (model: ForestModel) => void };

const ODD_GRAPHS: Readonly<Record<string, Change>> = {
  'another version of the operators': {
    change: ({ opset_import }) => Object.assign(opset_import[0]!, { version: 18 }),
  },
  'a large graph': {
    change: ({ metadata_props }) => metadata_props.push({ key: 'large', value: 'x'.repeat(2 ** 20) }),
  },
  'another operator': { change: ({ graph }) => Object.assign(graph.node[1]!, { op_type: 'LogSoftmax' }) },
  'another axis': { change: ({ graph }) => Object.assign(graph.node[1]!.attribute![0]!, { i: 0 }) },
  'one operator more': {
    change: ({ graph }) =>
      graph.node.push({ op_type: 'Sigmoid', name: 'more', input: ['probabilities'], output: ['more'] }),
  },
  'another input': { change: ({ graph }) => Object.assign(graph.node[0]!, { input: ['margin'] }) },
  'another constant': {
    classes: 2,
    change: ({ graph }) => Object.assign(graph.initializer[0]!, { float_data: [2] }),
  },
  'down and up changed about': {
    classes: 2,
    change: ({ graph }) => Object.assign(graph.node[3]!, { input: ['up', 'down'] }),
  },
  'a mean of trees': { change: ofTrees('aggregate_function', (one) => ({ ...one, s: Buffer.from('AVERAGE') })) },
  'a transform of its own': { change: ofTrees('post_transform', (one) => ({ ...one, s: Buffer.from('PROBIT') })) },
  'an attribute more': {
    change: ({ graph }) => {
      const trees = graph.node[0]! as OnnxNode;
      const more = { name: 'base_values', type: 6, floats: [1, 2, 3] };
      graph.node[0] = { ...trees, attribute: [...trees.attribute!, more] };
    },
  },
  'an attribute less': {
    change: ({ graph }) => {
      const trees = graph.node[0]! as OnnxNode;
      const rest = trees.attribute!.filter(({ name }) => name !== 'nodes_missing_value_tracks_true');
      graph.node[0] = { ...trees, attribute: rest };
    },
  },
  'a node of another mode': {
    change: ofTrees('nodes_modes', (one) => ({
      ...one,
      strings: one.strings!.map((mode) => (String(mode) === 'LEAF' ? mode : Buffer.from('BRANCH_LEQ'))),
    })),
  },
  'a leaf that adds to two sums': { change: ofTrees('target_nodeids', withLast('ints', 0)) },
  'a leaf that adds to another sum than its tree': { change: ofTrees('target_ids', withLast('ints', 0)) },
  'a sum that is not there': {
    change: ofTrees('target_ids', (one) => ({ ...one, ints: one.ints!.map((sum) => (sum === 2 ? 3 : sum)) })),
  },
  'a weight that is no number': { change: ofTrees('target_weights', withLast('floats', Number.NaN)) },
  'a weight without end': { change: ofTrees('target_weights', withLast('floats', Number.POSITIVE_INFINITY)) },
  'a missing value that goes nowhere': {
    change: ofTrees('nodes_missing_value_tracks_true', withLast('ints', 2)),
  },
};

function ofTrees(name: string, change: (one: OnnxAttribute) => OnnxAttribute) {
  return ({ graph }: ForestModel): void => {
    const trees = graph.node[0]!;
    assert.ok(trees.attribute!.some((one) => one.name === name));
    graph.node[0] = { ...trees, attribute: trees.attribute!.map((one) => (one.name === name ? change(one) : one)) };
  };
}

function withLast(of: 'ints' | 'floats', value: number) {
  return (one: OnnxAttribute): OnnxAttribute => ({ ...one, [of]: [...one[of]!.slice(0, -1), value] });
}
