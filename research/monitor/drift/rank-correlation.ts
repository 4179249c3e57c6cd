/**
 * Spearman's rank correlation of every two columns: Pearson's of their ranks, equal values sharing the mean of theirs. NaN is
 * missing and counts as the middle. 0 with a column that is constant.
 * @param columns of one length
 * @returns upper triangle by rows: (0, 1), (0, 2), ..., (1, 2), ...
 */
export function rankCorrelations(columns: readonly Float64Array[]): number[] {
  const standardized = columns.map(standardizedRanks);
  return standardized.flatMap((a, i) =>
    standardized.slice(i + 1).map((b) => {
      let sum = 0;
      for (let row = 0; row < a.length; row++) sum += a[row]! * b[row]!;
      return sum;
    }),
  );
}

/** Ranks less their mean, of length 1. */
function standardizedRanks(values: Float64Array): Float64Array {
  const ranks = centredRanks(values);
  const length = Math.sqrt(ranks.reduce((sum, rank) => sum + rank * rank, 0));
  return length === 0 ? ranks : ranks.map((rank) => rank / length);
}

function centredRanks(values: Float64Array): Float64Array {
  const present = Uint32Array.from(values.keys())
    .filter((row) => !Number.isNaN(values[row]))
    .sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let first = 0, end: number; first < present.length; first = end) {
    end = first + 1;
    while (end < present.length && values[present[end]!] === values[present[first]!]) end++;
    for (let at = first; at < end; at++) ranks[present[at]!] = (first + end - present.length) / 2;
  }
  return ranks;
}
