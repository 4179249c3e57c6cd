/** Largest fall of the running total below its highest value so far (which starts at 0), as a number >= 0. */
export function maxDrawdown(gains: ArrayLike<number>): number {
  let total = 0;
  let peak = 0;
  let worst = 0;
  for (let i = 0; i < gains.length; i++) {
    total += gains[i]!;
    peak = Math.max(peak, total);
    worst = Math.max(worst, peak - total);
  }
  return worst;
}
