import type { TreeEnsemble } from './tree-ensemble.js';

/**
 * Margins by walking the trees in JavaScript, adding in float32 in the order of the trees: a third opinion on libxgboost
 * and onnxruntime, bit-equal to both. Row-major, one a row for two classes, else one per class.
 */
export function evaluateTrees(ensemble: TreeEnsemble, features: Float32Array, rows: number): Float32Array {
  const { columns, baseMargins, roots, groupOfTree } = ensemble;
  const groups = baseMargins.length;
  const margins = new Float32Array(rows * groups);
  for (let row = 0; row < rows; row++) {
    margins.set(baseMargins, row * groups);
    for (let tree = 0; tree < roots.length; tree++) {
      margins[row * groups + groupOfTree[tree]!]! += leafOf(ensemble, roots[tree]!, features, row * columns);
    }
  }
  return margins;
}

function leafOf(
  { left, right, feature, value, defaultLeft }: TreeEnsemble,
  root: number,
  row: Float32Array,
  at: number,
) {
  let node = root;
  while (left[node]! !== -1) {
    const x = row[at + feature[node]!]!;
    const goesLeft = Number.isNaN(x) ? defaultLeft[node] === 1 : x < value[node]!;
    node = goesLeft ? left[node]! : right[node]!;
  }
  return value[node]!;
}
