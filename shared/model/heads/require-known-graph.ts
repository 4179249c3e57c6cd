import { HeadSetRefused } from './head-failures.js';
import { packedVarints, WIRE, type WireField, type WireType, wireFields } from './onnx-wire.js';
import { requireTrees, type TreeLists } from './require-trees.js';

/** What our exporter writes, by domain and name. None of them can repeat, branch, or call another graph. */
const OPERATORS: ReadonlySet<string> = new Set([
  'ai.onnx.ml/TreeEnsembleRegressor',
  '/Sigmoid',
  '/Sub',
  '/Concat',
  '/Softmax',
]);

/** 5,000 rounds of three classes make graphs of some ten MB. */
export const ONNX_BYTES_MAX = 64 * 2 ** 20;
const NODES_MAX = 8;
const INITIALIZER_VALUES_MAX = 64;

type Fields = Readonly<Record<number, WireType>>;

/** The fields of each message that the exporter writes, by ONNX's numbers: what is not here is refused, not skipped. */
const MODEL: Fields = { 1: WIRE.varint, 2: WIRE.bytes, 3: WIRE.bytes, 7: WIRE.bytes, 8: WIRE.bytes, 14: WIRE.bytes };
const GRAPH: Fields = { 1: WIRE.bytes, 2: WIRE.bytes, 5: WIRE.bytes, 10: WIRE.bytes, 11: WIRE.bytes, 12: WIRE.bytes };
const NODE: Fields = {
  ...{ 1: WIRE.bytes, 2: WIRE.bytes, 3: WIRE.bytes, 4: WIRE.bytes, 5: WIRE.bytes, 6: WIRE.bytes, 7: WIRE.bytes },
};
/** No tensors, and no graphs: 5, 6, 10, 11. */
const ATTRIBUTE: Fields = {
  ...{ 1: WIRE.bytes, 2: WIRE.fixed32, 3: WIRE.varint, 4: WIRE.bytes, 7: WIRE.bytes, 8: WIRE.bytes, 9: WIRE.bytes },
  20: WIRE.varint,
};
/** Values of a tensor are in the file itself. */
const TENSOR: Fields = { 1: WIRE.bytes, 2: WIRE.varint, 4: WIRE.bytes, 8: WIRE.bytes };

/**
 * Looks into a head's graph before any runtime does: only the operators that our exporter writes, of bounded size, and
 * trees that end. A genuine signature does not make a graph one that comes to an end.
 * @throws HeadSetRefused naming what is not known
 */
export function requireKnownGraph(file: string, bytes: Buffer): void {
  try {
    if (bytes.length > ONNX_BYTES_MAX) refuse(`it has ${bytes.length} bytes, at most ${ONNX_BYTES_MAX} are allowed`);
    const graphs = fieldsOf('model', bytes, MODEL).filter(({ number }) => number === 7);
    if (graphs.length !== 1) refuse(`it holds ${graphs.length} graphs`);
    const graph = fieldsOf('graph', graphs[0]!.bytes, GRAPH);
    const nodes = graph.filter(({ number }) => number === 1);
    if (nodes.length > NODES_MAX) refuse(`its graph has ${nodes.length} nodes, at most ${NODES_MAX} are allowed`);
    for (const node of nodes) checkNode(node.bytes);
    for (const tensor of graph.filter(({ number }) => number === 5)) checkTensor(tensor.bytes);
  } catch (error) {
    if (error instanceof RangeError) throw new HeadSetRefused(file, `is no graph of ours: ${error.message}`);
    throw error;
  }
}

function checkNode(bytes: Buffer): void {
  const node = fieldsOf('node', bytes, NODE);
  const text = (number: number) => node.findLast((field) => field.number === number)?.bytes.toString('utf8') ?? '';
  const operator = `${text(7)}/${text(4)}`;
  if (!OPERATORS.has(operator)) refuse(`it uses the operator ${JSON.stringify(operator.replace(/^\//, ''))}`);
  const attributes = node.filter(({ number }) => number === 5).map(({ bytes }) => attributeOf(bytes));
  if (new Set(attributes.map(({ name }) => name)).size < attributes.length) refuse('an attribute is given twice');
  if (operator === 'ai.onnx.ml/TreeEnsembleRegressor') requireTrees(treeLists(attributes));
}

interface Attribute {
  readonly name: string;
  readonly fields: readonly WireField[];
}

function attributeOf(bytes: Buffer): Attribute {
  const fields = fieldsOf('attribute', bytes, ATTRIBUTE);
  const name = fields.filter(({ number }) => number === 1);
  if (name.length !== 1) refuse(`an attribute has ${name.length} names`);
  return { name: name[0]!.bytes.toString('utf8'), fields };
}

function treeLists(attributes: readonly Attribute[]): TreeLists {
  const fields = (name: string, number: number) =>
    attributes.find((one) => one.name === name)?.fields.filter((field) => field.number === number) ?? [];
  const ints = (name: string) => fields(name, 8).flatMap(({ bytes }) => packedVarints(bytes));
  return {
    treeIds: ints('nodes_treeids'),
    nodeIds: ints('nodes_nodeids'),
    trueIds: ints('nodes_truenodeids'),
    falseIds: ints('nodes_falsenodeids'),
    modes: fields('nodes_modes', 9).map(({ bytes }) => bytes.toString('utf8')),
  };
}

function checkTensor(bytes: Buffer): void {
  const sizes = fieldsOf('tensor', bytes, TENSOR)
    .filter(({ number }) => number === 1)
    .flatMap(({ bytes }) => packedVarints(bytes));
  if (sizes.reduce((product, size) => product * size, 1) > INITIALIZER_VALUES_MAX)
    refuse('a constant of it is too large');
}

function fieldsOf(what: string, bytes: Buffer, known: Fields): WireField[] {
  const fields = [...wireFields(bytes)];
  const odd = fields.find(({ number, type }) => known[number] !== type);
  if (odd) refuse(`its ${what} has a field ${odd.number} that our exporter does not write`);
  return fields;
}

function refuse(why: string): never {
  throw new RangeError(why);
}
