import { z } from 'zod';
import { Failure } from '../../shared/failure.js';

/**
 * A booster's trees as flat columns, one entry a node, children by index; only nodes that a row can reach. A row goes
 * left where its float32 value is less than the threshold, and where a missing value goes is `defaultLeft`.
 */
export interface TreeEnsemble {
  readonly columns: number;
  readonly classes: 2 | 3;
  /** What a margin starts from, one per group. Two classes share one group: the margin of class 1. */
  readonly baseMargins: Float32Array;
  /** Index of each tree's root; its nodes follow until the next root. */
  readonly roots: Int32Array;
  /** The margin that each tree adds to. */
  readonly groupOfTree: Int32Array;
  /** -1 in a leaf. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly feature: Int32Array;
  /** Threshold of a branch, weight of a leaf. */
  readonly value: Float32Array;
  readonly defaultLeft: Uint8Array;
  /** Fall of the training loss by a branch; 0 in a leaf. */
  readonly gain: Float32Array;
}

/** The model uses something that the ONNX graph cannot say, or is damaged. */
export class UnsupportedModel extends Failure {
  constructor(reason: string) {
    super('UnsupportedModel', `this booster cannot be converted: ${reason}`, 'Train by trainBooster (gbtree, hist).');
  }
}

const count = z.coerce.number().int().nonnegative();
const indices = z.array(z.number().int());
const tree = z.object({
  left_children: indices,
  right_children: indices,
  split_indices: indices,
  split_conditions: z.array(z.number()),
  default_left: z.array(z.union([z.number(), z.boolean()])),
  loss_changes: z.array(z.number()),
  split_type: z.array(z.number()).default([]),
  tree_param: z.object({ size_leaf_vector: z.coerce.number().default(1) }),
});
type Tree = z.infer<typeof tree>;

const model = z.object({
  learner: z.object({
    learner_model_param: z.object({
      base_score: z.string(),
      num_class: count,
      num_feature: count,
      num_target: count.default(1),
    }),
    objective: z.object({ name: z.string() }),
    gradient_booster: z.object({
      name: z.string(),
      model: z.object({ trees: z.array(z.unknown()), tree_info: indices }).optional(),
    }),
  }),
});

/**
 * Reads XGBoost's JSON model (its schema, versions 1.7 to 3.x).
 * @throws UnsupportedModel for dart and linear boosters, other objectives, categorical splits and vector leaves
 */
export function readTreeEnsemble(modelJson: Uint8Array): TreeEnsemble {
  const { learner } = parseModel(modelJson);
  const { gradient_booster: booster, learner_model_param: parameters, objective } = learner;
  if (booster.name !== 'gbtree' || !booster.model) throw new UnsupportedModel(`its booster is ${booster.name}`);
  if (parameters.num_target > 1) throw new UnsupportedModel(`it has ${parameters.num_target} targets`);
  const classes = classesOf(objective.name, parameters.num_class);
  const groups = classes === 2 ? 1 : classes;
  const { trees, tree_info: groupOfTree } = booster.model;
  if (groupOfTree.length !== trees.length || groupOfTree.some((group) => group < 0 || group >= groups))
    throw new UnsupportedModel('its trees do not name their class');
  const columns = parameters.num_feature;
  const reached = trees.map((raw, index) => reachableNodes(parseTree(raw, index), columns, index));
  return {
    columns,
    classes,
    baseMargins: baseMarginsOf(parameters.base_score, classes),
    groupOfTree: Int32Array.from(groupOfTree),
    ...flatten(reached),
  };
}

function parseModel(modelJson: Uint8Array) {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(modelJson).toString('utf8'));
  } catch (error) {
    throw new UnsupportedModel(`it is not JSON: ${(error as Error).message}`);
  }
  const parsed = model.safeParse(json);
  if (!parsed.success) throw new UnsupportedModel(firstIssue(parsed.error));
  return parsed.data;
}

function parseTree(raw: unknown, index: number): Tree {
  const parsed = tree.safeParse(raw);
  if (!parsed.success) throw new UnsupportedModel(`tree ${index}: ${firstIssue(parsed.error)}`);
  const { tree_param, split_type, ...columns } = parsed.data;
  if (tree_param.size_leaf_vector > 1) throw new UnsupportedModel(`tree ${index} has vector leaves`);
  if (split_type.some((type) => type !== 0)) throw new UnsupportedModel(`tree ${index} has categorical splits`);
  const size = columns.left_children.length;
  const ragged = Object.entries(columns).find(([, values]) => values.length !== size);
  if (size === 0 || ragged) throw new UnsupportedModel(`tree ${index}: ${ragged?.[0] ?? 'left_children'} is cut short`);
  return parsed.data;
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]!;
  return `${issue.path.join('.')}: ${issue.message}`;
}

function classesOf(objective: string, numClass: number): 2 | 3 {
  if (objective === 'binary:logistic') return 2;
  if (objective === 'multi:softprob' && numClass === 3) return 3;
  throw new UnsupportedModel(`its objective is ${objective} of ${numClass} classes`);
}

/** Text such as `5E-1` (1.7) or `[1.2E-1,3E-2,-4E-2]` (3.x); a probability for two classes, margins for three. */
function baseMarginsOf(text: string, classes: 2 | 3): Float32Array {
  const scores = text
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map(Number);
  const groups = classes === 2 ? 1 : classes;
  if (scores.some(Number.isNaN) || (scores.length !== 1 && scores.length !== groups))
    throw new UnsupportedModel(`its base_score is ${text}`);
  const margins = Float32Array.from({ length: groups }, (_, group) => scores[group] ?? scores[0]!);
  return classes === 2 ? margins.map(logitInFloat32) : margins;
}

/** XGBoost's ProbToMargin, `-logf(1.0f / p - 1.0f)`, step by step in float32. */
function logitInFloat32(probability: number): number {
  return -Math.log(Math.fround(Math.fround(1 / probability) - 1));
}

/** Node numbers of the model in the order root, left subtree, right subtree; what pruning deleted is left out. */
function reachableNodes(nodes: Tree, columns: number, index: number): { nodes: Tree; order: number[] } {
  const size = nodes.left_children.length;
  const order: number[] = [];
  const pending = [0];
  while (pending.length > 0) {
    const node = pending.pop()!;
    if (!(node >= 0 && node < size) || order.length >= size) throw new UnsupportedModel(`tree ${index} is not a tree`);
    order.push(node);
    if (nodes.left_children[node]! === -1) continue;
    const feature = nodes.split_indices[node]!;
    if (feature < 0 || feature >= columns) throw new UnsupportedModel(`tree ${index} splits on column ${feature}`);
    pending.push(nodes.right_children[node]!, nodes.left_children[node]!);
  }
  return { nodes, order };
}

function flatten(trees: readonly { nodes: Tree; order: number[] }[]) {
  const size = trees.reduce((total, { order }) => total + order.length, 0);
  const flat = {
    roots: new Int32Array(trees.length),
    left: new Int32Array(size),
    right: new Int32Array(size),
    feature: new Int32Array(size),
    value: new Float32Array(size),
    defaultLeft: new Uint8Array(size),
    gain: new Float32Array(size),
  };
  let start = 0;
  for (const [index, { nodes, order }] of trees.entries()) {
    const placeOf = new Int32Array(nodes.left_children.length);
    order.forEach((node, place) => {
      placeOf[node] = start + place;
    });
    for (const node of order) {
      const at = placeOf[node]!;
      const leaf = nodes.left_children[node] === -1;
      flat.left[at] = leaf ? -1 : placeOf[nodes.left_children[node]!]!;
      flat.right[at] = leaf ? -1 : placeOf[nodes.right_children[node]!]!;
      flat.feature[at] = leaf ? 0 : nodes.split_indices[node]!;
      flat.value[at] = nodes.split_conditions[node]!;
      flat.defaultLeft[at] = Number(nodes.default_left[node]);
      flat.gain[at] = leaf ? 0 : nodes.loss_changes[node]!;
    }
    flat.roots[index] = start;
    start += order.length;
  }
  return flat;
}
