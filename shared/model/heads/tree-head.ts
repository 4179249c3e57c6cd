import { mlasLogistic } from './mlas-logistic.js';
import { mlasSoftmax, SOFTMAX_SPAN_MAX } from './mlas-softmax.js';
import { readTreeGraph } from './read-tree-graph.js';
import { LEAF, layTreesOut, type TreeLayout } from './tree-layout.js';

/** To read a larger graph would hold up what else its process does for a tenth of a second. */
const GRAPH_BYTES_MAX = 2 ** 20;

/**
 * A head's graph without a runtime: what `OnnxHead` gives, to the bit, at once and in place. How onnxruntime walks and adds is from
 * onnxruntime/core/providers/cpu/ml: ProcessTreeNodeLeave of tree_ensemble_common.h (BRANCH_LT; a missing value goes where the node
 * says) and TreeAggregatorSum of tree_ensemble_aggregator.h (from 0, tree after tree, in float32).
 */
export class TreeHead {
  private readonly margins: Float32Array;

  private constructor(
    private readonly layout: TreeLayout,
    readonly columns: number,
    readonly classes: number,
  ) {
    this.margins = new Float32Array(layout.roots.length);
  }

  /**
   * @returns null for a graph that is not, in every detail, as our exporter writes it, for a large one, and where margins may
   * be too far apart for `mlasSoftmax`
   */
  static of(bytes: Buffer, columns: number, classes: number): TreeHead | null {
    if (bytes.length > GRAPH_BYTES_MAX) return null;
    try {
      const graph = readTreeGraph(bytes);
      if (graph.targets !== (classes === 2 ? 1 : classes)) return null;
      const layout = layTreesOut(graph, columns);
      const span = Math.max(...layout.highest) - Math.min(...layout.lowest);
      return classes === 3 && span > SOFTMAX_SPAN_MAX ? null : new TreeHead(layout, columns, classes);
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  }

  /**
   * Writes the probabilities of one row: [down, up] or [down, flat, up].
   * @throws RangeError for a row or an output of another length
   */
  run(row: Float32Array, probabilities: Float32Array): void {
    if (row.length !== this.columns || probabilities.length !== this.classes)
      throw new RangeError(`${row.length} values and ${probabilities.length} classes are not a row of this head`);
    const { margins } = this;
    const { roots } = this.layout;
    for (let sum = 0; sum < roots.length; sum++) margins[sum] = this.marginOf(roots[sum]!, row);
    if (this.classes === 3) {
      mlasSoftmax(margins, probabilities);
      return;
    }
    const up = mlasLogistic(margins[0]!);
    probabilities[0] = 1 - up;
    probabilities[1] = up;
  }

  /** Thresholds of each column, as its nodes have them. */
  thresholds(): Float32Array[] {
    const { feature, value } = this.layout;
    const own = Array.from({ length: this.columns }, (): number[] => []);
    for (let at = 0; at < feature.length; at++) if (feature[at] !== LEAF) own[feature[at]!]!.push(value[at]!);
    return own.map((values) => Float32Array.from(values));
  }

  /** Which child follows is reckoned, not branched on: no processor foretells it. */
  private marginOf(roots: Int32Array, row: Float32Array): number {
    const { feature, value, children, missingTrue } = this.layout;
    let margin = 0;
    for (let tree = 0; tree < roots.length; tree++) {
      let at = roots[tree]!;
      for (let column = feature[at]!; column !== LEAF; column = feature[at]!) {
        const x = row[column]!;
        const isTrue = +(x < value[at]!) | (+Number.isNaN(x) & missingTrue[at]!);
        at = children[2 * at + isTrue]!;
      }
      margin = Math.fround(margin + value[at]!);
    }
    return margin;
  }
}
