const SECOND_NS = 1e9;

export type Due = 'nothing' | 'sample' | 'no-book';

/**
 * One sample for each second of market time, at the first event at or after the second's boundary that leaves the book
 * settled (complete, sorted, uncrossed). Where a whole second passes without such an event, `no-book` is due instead.
 */
export class SecondSampler {
  private boundaryNs = Number.NaN;

  /** @param nowNs time of the event just applied, counted from a whole second; never decreasing */
  due(nowNs: number, isSettled: boolean): Due {
    if (nowNs < this.boundaryNs) return 'nothing';
    if (Number.isNaN(this.boundaryNs)) {
      this.boundaryNs = Math.ceil(nowNs / SECOND_NS) * SECOND_NS;
      if (nowNs < this.boundaryNs) return 'nothing';
    }
    if (!isSettled && nowNs < this.boundaryNs + SECOND_NS) return 'nothing';
    this.boundaryNs = (Math.floor(nowNs / SECOND_NS) + 1) * SECOND_NS;
    return isSettled ? 'sample' : 'no-book';
  }

  /** Another stream begins. */
  restart(): void {
    this.boundaryNs = Number.NaN;
  }
}
