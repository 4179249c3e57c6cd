/** Offset of the clocks at a time of the first feed. */
export interface Knot {
  readonly ns: number;
  readonly offsetNs: number;
  /** Between the knot before and this one a clock was set: the offset jumps there, and does not glide. */
  readonly isStep: boolean;
}

/** How the second feed's clock stands against the first's over the day: straight lines between knots, and jumps. */
export class OffsetCurve {
  /** Times of the knots by the second feed's clock; never decreasing. */
  private readonly otherNs: Float64Array;
  private at = 0;

  /** @param knots by time, at least one */
  constructor(readonly knots: readonly Knot[]) {
    this.otherNs = new Float64Array(knots.length);
    let last = Number.NEGATIVE_INFINITY;
    for (const [i, { ns, offsetNs }] of knots.entries()) {
      last = Math.max(last, ns + offsetNs);
      this.otherNs[i] = last;
    }
  }

  /** What the first feed's clock shows when the second's shows `ns`. Asked in order of time it costs next to nothing. */
  toFirst(ns: number): number {
    const { otherNs } = this;
    let { at } = this;
    while (at + 1 < otherNs.length && otherNs[at + 1]! <= ns) at++;
    while (at > 0 && otherNs[at]! > ns) at--;
    this.at = at;
    return ns - this.between(at, otherNs[at]!, otherNs[at + 1], ns);
  }

  /** Second less first, ns, when the first feed's clock shows `ns`. */
  offsetAt(ns: number): number {
    const { knots } = this;
    let [low, high] = [0, knots.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (knots[middle]!.ns <= ns) low = middle;
      else high = middle - 1;
    }
    return this.between(low, knots[low]!.ns, knots[low + 1]?.ns, ns);
  }

  private between(at: number, from: number, to: number | undefined, ns: number): number {
    const [left, right] = [this.knots[at]!, this.knots[at + 1]];
    if (right === undefined || to === undefined || ns <= from) return left.offsetNs;
    const share = to > from ? (ns - from) / (to - from) : 1;
    if (right.isStep) return share < 0.5 ? left.offsetNs : right.offsetNs;
    return left.offsetNs + share * (right.offsetNs - left.offsetNs);
  }
}
