import { requireAsWritten } from './onnx-fields.js';
import type { TreeGraph } from './read-tree-graph.js';

/** Trees as they are walked, depth first: what a walk comes to lies together. Parallel arrays, one entry a node. */
export interface TreeLayout {
  /** Column that a node asks for; `LEAF` of a leaf. */
  readonly feature: Int32Array;
  /** A column below it leads to the true child; of a leaf what it adds. */
  readonly value: Float32Array;
  /** Two entries a node: its false child, and its true one. */
  readonly children: Int32Array;
  /** 1 where a missing value leads to the true child. */
  readonly missingTrue: Uint8Array;
  /** Of each sum, the roots of its trees in the order in which they are added. */
  readonly roots: readonly Int32Array[];
  /** Of each sum, what its trees can add up to at least and at most, unrounded. */
  readonly lowest: readonly number[];
  readonly highest: readonly number[];
}

export const LEAF = -1;
const NONE = -1;

/** So far from overflow that no sum on the way can come to it. */
const SUM_MAX = 1e30;

/**
 * All leaves of a tree add to one sum; but the leaf that is a whole tree may add to each, which is how base margins are written:
 * it becomes one tree of each.
 * @param columns of a row
 * @throws RangeError for trees that are not as our exporter writes them
 */
export function layTreesOut(graph: TreeGraph, columns: number): TreeLayout {
  const trees = treesOf(graph);
  const laid = new Laid(graph, columns);
  const sums = Array.from({ length: graph.targets }, (_, target) => {
    const own = trees.filter(({ targets }) => targets.includes(target));
    return own.map((tree) => laid.add(tree, target));
  });
  const total = (of: (tree: LaidTree) => number) => sums.map((own) => own.reduce((sum, tree) => sum + of(tree), 0));
  requireAsWritten(total(({ lowest, highest }) => Math.max(-lowest, highest, 0)).every((most) => most < SUM_MAX));
  return {
    ...laid.arrays(),
    roots: sums.map((own) => Int32Array.from(own, ({ root }) => root)),
    lowest: total(({ lowest }) => lowest),
    highest: total(({ highest }) => highest),
  };
}

/** One tree of the graph: where its nodes begin in the lists, and its leaves' weights. */
interface Tree {
  readonly start: number;
  readonly targets: readonly number[];
  /** Of each node, where its weights begin. */
  readonly firstWeight: readonly number[];
}

function treesOf({ treeIds, nodeIds, modes, ...graph }: TreeGraph): Tree[] {
  const { weightTreeIds, weightNodeIds, weightTargets, weights, targets: targetCount } = graph;
  const [count, weightCount] = [nodeIds.length, weights.length];
  requireAsWritten([weightTreeIds, weightNodeIds, weightTargets].every(({ length }) => length === weightCount));
  requireAsWritten(weightTargets.every((target) => target < targetCount));
  const trees: Tree[] = [];
  let weight = 0;
  for (let start = 0; start < count; ) {
    const firstWeight: number[] = [];
    const targetsOfLeaves: string[] = [];
    let at = start;
    for (; at < count && treeIds[at] === treeIds[start]; at++) {
      requireAsWritten(nodeIds[at] === at - start);
      firstWeight.push(weight);
      if (modes[at] !== 'LEAF') continue;
      const first = weight;
      while (weightTreeIds[weight] === treeIds[at] && weightNodeIds[weight] === nodeIds[at]) weight++;
      targetsOfLeaves.push(weightTargets.slice(first, weight).join());
    }
    requireAsWritten(new Set(targetsOfLeaves).size === 1 && targetsOfLeaves[0] !== '');
    const targets = targetsOfLeaves[0]!.split(',').map(Number);
    requireAsWritten(targets.length === 1 || (at === start + 1 && new Set(targets).size === targets.length));
    trees.push({ start, targets, firstWeight });
    start = at;
  }
  requireAsWritten(weight === weightCount);
  return trees;
}

interface LaidTree {
  readonly root: number;
  /** Of its leaves. */
  readonly lowest: number;
  readonly highest: number;
}

/** The nodes that are laid out already. */
class Laid {
  private readonly feature: number[] = [];
  private readonly value: number[] = [];
  private readonly children: number[] = [];
  private readonly missingTrue: number[] = [];

  constructor(
    private readonly graph: TreeGraph,
    columns: number,
  ) {
    const { nodeIds, featureIds, thresholds, missingTrue } = graph;
    requireAsWritten([featureIds, thresholds, missingTrue].every(({ length }) => length === nodeIds.length));
    requireAsWritten(featureIds.every((feature) => feature < columns));
    requireAsWritten(missingTrue.every((flag) => flag === 0 || flag === 1));
  }

  add({ start, targets, firstWeight }: Tree, target: number): LaidTree {
    const { modes, trueIds, falseIds, featureIds, thresholds, missingTrue, weights } = this.graph;
    const root = this.feature.length;
    let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const todo = [{ node: 0, childOf: NONE }];
    for (let next = todo.pop(); next; next = todo.pop()) {
      const { node, childOf } = next;
      const [at, laidAt] = [start + node, this.feature.length];
      if (childOf !== NONE) this.children[childOf] = laidAt;
      if (modes[at] === 'LEAF') {
        const weight = weights[firstWeight[node]! + targets.indexOf(target)]!;
        this.push(LEAF, weight, 0);
        lowest = Math.min(lowest, weight);
        highest = Math.max(highest, weight);
      } else {
        this.push(featureIds[at]!, thresholds[at]!, missingTrue[at]!);
        todo.push({ node: falseIds[at]!, childOf: 2 * laidAt }, { node: trueIds[at]!, childOf: 2 * laidAt + 1 });
      }
    }
    return { root, lowest, highest };
  }

  arrays(): Pick<TreeLayout, 'feature' | 'value' | 'children' | 'missingTrue'> {
    return {
      feature: Int32Array.from(this.feature),
      value: Float32Array.from(this.value),
      children: Int32Array.from(this.children),
      missingTrue: Uint8Array.from(this.missingTrue),
    };
  }

  private push(feature: number, value: number, missingTrue: number): void {
    this.feature.push(feature);
    this.value.push(value);
    this.children.push(NONE, NONE);
    this.missingTrue.push(missingTrue);
  }
}
