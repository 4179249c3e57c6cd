import {
  type Attributes,
  all,
  attributesOf,
  floats,
  int,
  intOf,
  ints,
  messages,
  onlyOf,
  requireAsWritten,
  string,
  strings,
  textOf,
} from './onnx-fields.js';
import { ONNX_INPUT, ONNX_OUTPUT } from './onnx-head.js';
import { packedFloats, packedVarints, WIRE, type WireField, wireFields } from './onnx-wire.js';
import { requireTrees, type TreeLists } from './require-trees.js';

/** The lists of a head's TreeEnsembleRegressor, and what is made of its sums. */
export interface TreeGraph extends TreeLists {
  /** Sums of a row: 1 with a logistic of it, 3 with a softmax of them. */
  readonly targets: 1 | 3;
  readonly featureIds: readonly number[];
  readonly thresholds: Float32Array;
  /** 1 where a missing value goes to the true child. */
  readonly missingTrue: readonly number[];
  /** Parallel, one entry a weight of a leaf. */
  readonly weightTreeIds: readonly number[];
  readonly weightNodeIds: readonly number[];
  readonly weightTargets: readonly number[];
  readonly weights: Float32Array;
}

/** ONNX's numbers of fields. */
const MODEL = { graph: 7, opset: 8 } as const;
const OPSET = { domain: 1, version: 2 } as const;
const GRAPH = { node: 1, initializer: 5, input: 11 } as const;
const VALUE = { name: 1 } as const;
const NODE = { input: 1, output: 2, operator: 4, attribute: 5, domain: 7 } as const;
const TENSOR = { dims: 1, type: 2, floats: 4, name: 8 } as const;
const FLOAT = 1;

/** What the numbers of the operators' definitions are: of these, and of no others, it is known what onnxruntime does. */
const OPSETS = 'ai.onnx.ml 3, ai.onnx 17';

/**
 * Reads a head's graph as our exporter writes it (research/training/onnx), and takes nothing else: every operator, attribute, name and
 * constant is one that it writes.
 * @throws RangeError
 */
export function readTreeGraph(bytes: Buffer): TreeGraph {
  const model = [...wireFields(bytes)];
  const opsets = messages(model, MODEL.opset).map((one) => `${textOf(one, OPSET.domain)} ${intOf(one, OPSET.version)}`);
  requireAsWritten(
    opsets
      .map((one) => one.replace(/^ /, 'ai.onnx '))
      .sort((a, b) => (a > b ? -1 : 1))
      .join(', ') === OPSETS,
  );
  const graph = [...wireFields(onlyOf(model, MODEL.graph).bytes)];
  const inputs = messages(graph, GRAPH.input).map((one) => textOf(one, VALUE.name));
  requireAsWritten(inputs.join() === ONNX_INPUT);
  const [trees, ...after] = messages(graph, GRAPH.node).map(nodeOf);
  requireAsWritten(trees?.operator === 'ai.onnx.ml/TreeEnsembleRegressor' && trees.inputs.join() === ONNX_INPUT);
  requireAsWritten(trees.outputs.length === 1);
  const targets = linkTargets(trees.outputs[0]!, after, messages(graph, GRAPH.initializer));
  const read = treesOf(trees.attributes, targets);
  requireTrees(read);
  return read;
}

interface Node {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

function nodeOf(node: readonly WireField[]): Node {
  const texts = (number: number) => all(node, number, WIRE.bytes).map(({ bytes }) => bytes.toString('utf8'));
  return {
    operator: `${textOf(node, NODE.domain)}/${textOf(node, NODE.operator)}`,
    inputs: texts(NODE.input),
    outputs: texts(NODE.output),
    attributes: attributesOf(messages(node, NODE.attribute)),
  };
}

/** How many sums the operators after the trees take. */
function linkTargets(margin: string, nodes: readonly Node[], constants: readonly WireField[][]): 1 | 3 {
  const shown = nodes.map(({ operator, inputs, outputs }) => `${inputs.join()} ${operator} ${outputs.join()}`);
  if (nodes.length === 1) {
    requireAsWritten(shown[0] === `${margin} /Softmax ${ONNX_OUTPUT}` && constants.length === 0);
    requireOnlyAxis1(nodes[0]!);
    return 3;
  }
  const [sigmoid, sub, concat] = nodes;
  requireAsWritten(sigmoid !== undefined && sub !== undefined && concat !== undefined && nodes.length === 3);
  const [up, down, one] = [sigmoid.outputs[0], sub.outputs[0], sub.inputs[0]];
  requireAsWritten(
    shown.join('; ') === `${margin} /Sigmoid ${up}; ${one},${up} /Sub ${down}; ${down},${up} /Concat ${ONNX_OUTPUT}`,
  );
  requireAsWritten(new Set([ONNX_INPUT, ONNX_OUTPUT, margin, up, down, one]).size === 6);
  requireAsWritten(sigmoid.attributes.size === 0 && sub.attributes.size === 0);
  requireOnlyAxis1(concat);
  requireAsWritten(constants.length === 1 && isOne(constants[0]!, one!));
  return 1;
}

function requireOnlyAxis1({ attributes }: Node): void {
  requireAsWritten(attributes.size === 1 && int(attributes, 'axis') === 1);
}

function isOne(tensor: readonly WireField[], name: string): boolean {
  const values = packedFloats(onlyOf(tensor, TENSOR.floats).bytes);
  const dims = all(tensor, TENSOR.dims, WIRE.bytes).flatMap(({ bytes }) => packedVarints(bytes));
  return (
    tensor.length === 4 &&
    textOf(tensor, TENSOR.name) === name &&
    intOf(tensor, TENSOR.type) === FLOAT &&
    dims.join() === '1' &&
    values.join() === '1'
  );
}

function treesOf(attributes: Attributes, targets: 1 | 3): TreeGraph {
  requireAsWritten(int(attributes, 'n_targets') === targets);
  requireAsWritten(
    string(attributes, 'aggregate_function') === 'SUM' && string(attributes, 'post_transform') === 'NONE',
  );
  const graph: TreeGraph = {
    targets,
    treeIds: ints(attributes, 'nodes_treeids'),
    nodeIds: ints(attributes, 'nodes_nodeids'),
    trueIds: ints(attributes, 'nodes_truenodeids'),
    falseIds: ints(attributes, 'nodes_falsenodeids'),
    modes: strings(attributes, 'nodes_modes'),
    featureIds: ints(attributes, 'nodes_featureids'),
    thresholds: floats(attributes, 'nodes_values'),
    missingTrue: ints(attributes, 'nodes_missing_value_tracks_true'),
    weightTreeIds: ints(attributes, 'target_treeids'),
    weightNodeIds: ints(attributes, 'target_nodeids'),
    weightTargets: ints(attributes, 'target_ids'),
    weights: floats(attributes, 'target_weights'),
  };
  requireAsWritten(attributes.size === 3 + Object.keys(graph).length - 1);
  return graph;
}
