import type { OnnxHead } from './onnx-head.js';
import { isSameRow } from './same-row.js';
import { ThresholdRows } from './threshold-rows.js';
import { TreeHead } from './tree-head.js';

/** Rows around the thresholds that are tried beside those that are given: each column is often at and beside its thresholds. */
const ROWS_TRIED = 256;
const SEED = 1;

/**
 * The graph's trees, where they give what the runtime gives of the same graph on this very machine, to the bit, of every row
 * tried: its kernels are others on other processors, and other versions of it may have other ones. Null: let the runtime run it.
 * @param rows row-major; what is known of the rows that will come
 */
export async function provenTrees(graph: Buffer, model: OnnxHead, rows: Float32Array): Promise<TreeHead | null> {
  const { columns, classes } = model;
  const trees = TreeHead.of(graph, columns, classes);
  if (trees === null) return null;
  const probabilities = new Float32Array(classes);
  const isSame = async (row: Float32Array) => {
    trees.run(row, probabilities);
    return isSameRow(probabilities, await model.run(row, 1));
  };
  for (let start = 0; start < rows.length; start += columns)
    if (!(await isSame(rows.slice(start, start + columns)))) return null;
  const tried = new ThresholdRows(trees.thresholds(), SEED);
  const row = new Float32Array(columns);
  for (let count = 0; count < ROWS_TRIED; count++) {
    tried.next(row);
    if (!(await isSame(row))) return null;
  }
  return trees;
}
