/** Of ascending values, by linear interpolation between order statistics (type 7 of Hyndman and Fan, 1996). */
export function quantileOf(sorted: Float64Array, p: number): number {
  const position = (sorted.length - 1) * p;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  const step = sorted[above]! - sorted[below]!;
  const share = position - below;
  // From the nearer of the two, as NumPy rounds.
  return share >= 0.5 ? sorted[above]! - step * (1 - share) : sorted[below]! + step * share;
}
