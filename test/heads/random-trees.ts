import { attribute, encodeOnnx, FLOAT, type OnnxNode, rowsOf } from '../../research/training/onnx/onnx-schema.js';
import { treeNode } from '../../research/training/onnx/tree-node.js';
import type { TreeEnsemble } from '../../research/training/tree-ensemble.js';
import { ONNX_INPUT, ONNX_OUTPUT } from '../../shared/model/heads/onnx-head.js';
import { randomOf } from '../market/random-market.js';

export interface Forest {
  readonly seed: number;
  readonly classes: 2 | 3;
  readonly columns: number;
  /** Of each class. */
  readonly trees: number;
  /** 0: every tree is a leaf. */
  readonly depth: number;
  /** Leaves are at most this far from 0. */
  readonly leafMax?: number;
  readonly thresholds?: readonly number[];
  readonly baseMargins?: readonly number[];
}

/** A graph as our exporter writes it, of random trees: branches end early by chance, missing values go either way. */
export function forestGraph(forest: Forest, change: (model: ForestModel) => void = () => undefined): Buffer {
  const model = modelOf(forest);
  change(model);
  return encodeOnnx(model);
}

export type ForestModel = ReturnType<typeof modelOf>;

function modelOf(forest: Forest) {
  const node: OnnxNode = treeNode(ensembleOf(forest), ONNX_INPUT, 'margin');
  const axis = { attribute: [attribute.int('axis', 1)] };
  const after: OnnxNode[] =
    forest.classes === 3
      ? [{ op_type: 'Softmax', name: 'softmax', input: ['margin'], output: [ONNX_OUTPUT], ...axis }]
      : [
          { op_type: 'Sigmoid', name: 'sigmoid', input: ['margin'], output: ['up'] },
          { op_type: 'Sub', name: 'complement', input: ['one', 'up'], output: ['down'] },
          { op_type: 'Concat', name: 'both', input: ['down', 'up'], output: [ONNX_OUTPUT], ...axis },
        ];
  return {
    ir_version: 8,
    producer_name: 'test',
    opset_import: [
      { domain: '', version: 17 },
      { domain: 'ai.onnx.ml', version: 3 },
    ],
    metadata_props: [] as { key: string; value: string }[],
    graph: {
      name: 'forest',
      node: [node, ...after],
      initializer: forest.classes === 2 ? [{ name: 'one', dims: [1], data_type: FLOAT, float_data: [1] }] : [],
      input: [rowsOf(ONNX_INPUT, forest.columns)],
      output: [rowsOf(ONNX_OUTPUT, forest.classes)],
    },
  };
}

function ensembleOf({ seed, classes, columns, trees, depth, leafMax = 0.3, ...given }: Forest): TreeEnsemble {
  const random = randomOf(seed);
  const groups = classes === 2 ? 1 : 3;
  const thresholdOf = () => {
    const { thresholds } = given;
    return thresholds ? thresholds[Math.floor(random() * thresholds.length)]! : 10 * (random() - 0.5);
  };
  const roots: number[] = [];
  const nodes: { left: number; right: number; feature: number; value: number; defaultLeft: number }[] = [];
  const grow = (left: number): number => {
    const at = nodes.length;
    const [feature, defaultLeft] = [Math.floor(random() * columns), random() < 0.5 ? 1 : 0];
    const leaf = { left: -1, right: -1, feature: 0, value: 2 * leafMax * (random() - 0.5), defaultLeft: 0 };
    nodes.push(leaf);
    if (left === 0 || (at !== roots.at(-1) && random() < 0.15)) return at;
    nodes[at] = { left: grow(left - 1), right: grow(left - 1), feature, value: thresholdOf(), defaultLeft };
    return at;
  };
  for (let tree = 0; tree < trees * groups; tree++) {
    roots.push(nodes.length);
    grow(depth);
  }
  return {
    ...{ columns, classes },
    baseMargins: Float32Array.from(given.baseMargins ?? Array.from({ length: groups }, () => random() - 0.5)),
    roots: Int32Array.from(roots),
    groupOfTree: Int32Array.from(roots, (_, tree) => tree % groups),
    left: Int32Array.from(nodes, ({ left }) => left),
    right: Int32Array.from(nodes, ({ right }) => right),
    feature: Int32Array.from(nodes, ({ feature }) => feature),
    value: Float32Array.from(nodes, ({ value }) => value),
    defaultLeft: Uint8Array.from(nodes, ({ defaultLeft }) => defaultLeft),
    gain: new Float32Array(nodes.length),
  };
}
