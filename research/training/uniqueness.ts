/**
 * Average uniqueness of each label among the rows (Lopez de Prado, AFML 4.4): over the label's time the mean of 1 / labels that are open, by
 * the rows' own starts as the clock; scaled to a mean of 1. Labels that overlap with many say little of their own.
 * @param rows in order of their start
 */
export function uniquenessWeights(startMs: Float64Array, endMs: Float64Array, rows: Int32Array): Float32Array {
  const last = lastOpen(startMs, endMs, rows);
  const open = new Float64Array(rows.length + 1);
  for (const [at, until] of last.entries()) {
    open[at]!++;
    open[until + 1]!--;
  }
  const inverse = new Float64Array(rows.length + 1);
  for (let at = 0, count = 0; at < rows.length; at++) {
    count += open[at]!;
    inverse[at + 1] = inverse[at]! + 1 / count;
  }
  const raw = Float64Array.from(last, (until, at) => (inverse[until + 1]! - inverse[at]!) / (until - at + 1));
  const mean = raw.reduce((sum, one) => sum + one, 0) / raw.length;
  return Float32Array.from(raw, (one) => one / mean);
}

/** Of each row, the last one that starts before its label ends. */
function lastOpen(startMs: Float64Array, endMs: Float64Array, rows: Int32Array): Int32Array {
  let reach = 0;
  return Int32Array.from(rows, (row, at) => {
    reach = Math.max(reach, at);
    while (reach + 1 < rows.length && startMs[rows[reach + 1]!]! < endMs[row]!) reach++;
    return reach;
  });
}
