/** ms since the epoch, [from, to). */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** All times but those on which two captures do not agree. */
export class TrustedTimes {
  private readonly doubtful: readonly TimeSpan[];

  /** @param doubtful apart from each other, in any order */
  constructor(doubtful: readonly TimeSpan[] = []) {
    this.doubtful = [...doubtful].sort((a, b) => a.fromMs - b.fromMs);
  }

  /** Whether none of the closed interval is doubtful. */
  covers(fromMs: number, toMs: number): boolean {
    let [low, high] = [0, this.doubtful.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.doubtful[middle]!.fromMs <= toMs) low = middle + 1;
      else high = middle;
    }
    return low === 0 || this.doubtful[low - 1]!.toMs <= fromMs;
  }
}
