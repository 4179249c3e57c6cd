import type { TreeEnsemble } from '../tree-ensemble.js';
import { attribute, type OnnxNode } from './onnx-schema.js';

/**
 * TreeEnsembleRegressor (ai.onnx.ml 3) that computes the margins. The base margins are a leaf-only tree 0, so that
 * onnxruntime adds in XGBoost's order and every margin is bit-equal; its attribute `base_values` is added last and is not.
 */
export function treeNode(ensemble: TreeEnsemble, input: string, output: string): OnnxNode {
  const columns = new NodeColumns();
  columns.addLeaf(0, 0);
  ensemble.baseMargins.forEach((margin, group) => {
    columns.addWeight(0, 0, group, margin);
  });
  for (let tree = 0; tree < ensemble.roots.length; tree++) addTree(columns, ensemble, tree);
  return {
    op_type: 'TreeEnsembleRegressor',
    domain: 'ai.onnx.ml',
    name: 'trees',
    input: [input],
    output: [output],
    attribute: [
      attribute.int('n_targets', ensemble.baseMargins.length),
      attribute.string('aggregate_function', 'SUM'),
      attribute.string('post_transform', 'NONE'),
      ...columns.attributes(),
    ],
  };
}

function addTree(columns: NodeColumns, ensemble: TreeEnsemble, tree: number): void {
  const start = ensemble.roots[tree]!;
  const end = ensemble.roots[tree + 1] ?? ensemble.left.length;
  for (let at = start; at < end; at++) {
    if (ensemble.left[at] === -1) {
      columns.addLeaf(tree + 1, at - start);
      columns.addWeight(tree + 1, at - start, ensemble.groupOfTree[tree]!, ensemble.value[at]!);
    } else {
      columns.addBranch(tree + 1, at - start, {
        feature: ensemble.feature[at]!,
        threshold: ensemble.value[at]!,
        left: ensemble.left[at]! - start,
        right: ensemble.right[at]! - start,
        missingLeft: ensemble.defaultLeft[at]!,
      });
    }
  }
}

interface Branch {
  feature: number;
  threshold: number;
  left: number;
  right: number;
  missingLeft: number;
}

/** The operator's parallel lists, one entry a node or a weight. */
class NodeColumns {
  readonly #ints = {
    nodes_treeids: [] as number[],
    nodes_nodeids: [] as number[],
    nodes_featureids: [] as number[],
    nodes_truenodeids: [] as number[],
    nodes_falsenodeids: [] as number[],
    nodes_missing_value_tracks_true: [] as number[],
    target_treeids: [] as number[],
    target_nodeids: [] as number[],
    target_ids: [] as number[],
  };
  readonly #thresholds: number[] = [];
  readonly #modes: string[] = [];
  readonly #weights: number[] = [];

  addLeaf(tree: number, node: number): void {
    this.#addNode(tree, node, 'LEAF', { feature: 0, threshold: 0, left: 0, right: 0, missingLeft: 0 });
  }

  addBranch(tree: number, node: number, branch: Branch): void {
    this.#addNode(tree, node, 'BRANCH_LT', branch);
  }

  addWeight(tree: number, node: number, target: number, weight: number): void {
    this.#ints.target_treeids.push(tree);
    this.#ints.target_nodeids.push(node);
    this.#ints.target_ids.push(target);
    this.#weights.push(weight);
  }

  attributes() {
    return [
      ...Object.entries(this.#ints).map(([name, values]) => attribute.ints(name, values)),
      attribute.strings('nodes_modes', this.#modes),
      attribute.floats('nodes_values', this.#thresholds),
      attribute.floats('target_weights', this.#weights),
    ];
  }

  #addNode(tree: number, node: number, mode: string, branch: Branch): void {
    this.#ints.nodes_treeids.push(tree);
    this.#ints.nodes_nodeids.push(node);
    this.#ints.nodes_featureids.push(branch.feature);
    this.#ints.nodes_truenodeids.push(branch.left);
    this.#ints.nodes_falsenodeids.push(branch.right);
    this.#ints.nodes_missing_value_tracks_true.push(branch.missingLeft);
    this.#modes.push(mode);
    this.#thresholds.push(branch.threshold);
  }
}
