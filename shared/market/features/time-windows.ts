/** Width of a bucket: windows begin at its borders, so that they need no memory of single events. */
export const BUCKET_NS = 100_000_000;
const BUCKETS_PER_SECOND = 1e9 / BUCKET_NS;

/** Lengths of the windows, seconds of market time. */
export const WINDOW_SECONDS = [1, 5, 10, 30, 60] as const;
export type WindowSeconds = (typeof WINDOW_SECONDS)[number];

/** The names of a feature that is measured over each window. */
export function everyWindow(feature: string): string[] {
  return WINDOW_SECONDS.map((seconds) => `${feature}_${seconds}s`);
}

/** Quantities that are summed; each is a whole number, so that sums never drift. */
export const Flow = {
  /** Order-flow imbalance, contracts. */
  ofi: 0,
  bookEvents: 1,
  midChanges: 2,
  /** Squares of mid changes, in half ticks squared. */
  midSquares: 3,
  /** Contracts bought minus contracts sold, by aggressor. */
  signedVolume: 4,
  volume: 5,
  trades: 6,
  /** Price times size, ticks times contracts. */
  priceVolume: 7,
} as const;
export type Flow = (typeof Flow)[keyof typeof Flow];
const FLOWS = Object.keys(Flow).length;

const WINDOW_BUCKETS = Int32Array.from(WINDOW_SECONDS, (seconds) => seconds * BUCKETS_PER_SECOND);

/**
 * Sums of flows over sliding windows of market time, in constant memory and constant time for each event: the running
 * total now, less the total at the end of the bucket before the window. Totals are whole numbers far below 2^53.
 *
 * A window of n buckets that is looked at in bucket k covers the buckets k-n+1 to k, of which k is still filling.
 * Buckets are counted from the epoch, so that a window does not depend on where a stream or a file begins.
 */
export class TimeWindows {
  /** Time at which the next bucket begins, ns since the engine's base; events at or after it need `advanceTo`. */
  bucketEndNs = Number.NEGATIVE_INFINITY;

  private static readonly capacity = WINDOW_SECONDS.at(-1)! * BUCKETS_PER_SECOND + 1;
  private readonly totals = new Float64Array(FLOWS);
  /** Totals at the end of each bucket. */
  private readonly endTotals = new Float64Array(TimeWindows.capacity * FLOWS);
  /** Mid at the end of each bucket, half ticks. */
  private readonly closingMid = new Float64Array(TimeWindows.capacity);
  private bucket = Number.NEGATIVE_INFINITY;
  /** Of the bucket that is filling. */
  private slot = 0;

  /** Adds to the bucket that is filling. */
  add(flow: Flow, amount: number): void {
    this.totals[flow]! += amount;
  }

  sum(flow: Flow, window: WindowIndex): number {
    return this.totals[flow]! - this.endTotals[this.slotBefore(window) * FLOWS + flow]!;
  }

  /** Mid at the end of the bucket that lies just before the window, half ticks. */
  midBefore(window: WindowIndex): number {
    return this.closingMid[this.slotBefore(window)]!;
  }

  /** True where every bucket of the window began at or after the given time (ns since the engine's base). */
  covers(windowMs: number, startNs: number): boolean {
    return this.bucket - Math.floor(startNs / BUCKET_NS) >= (windowMs * 1e6) / BUCKET_NS;
  }

  /** Moves on to the bucket of a time. @param midHalfTicks the mid in force until then */
  advanceTo(nowNs: number, midHalfTicks: number): void {
    const target = Math.floor(nowNs / BUCKET_NS);
    const steps = Math.min(target - this.bucket, TimeWindows.capacity);
    if (this.bucket === Number.NEGATIVE_INFINITY) this.bucket = target;
    else for (let step = 0; step < steps; step++) this.endBucket(midHalfTicks);
    this.bucket = target;
    this.bucketEndNs = (target + 1) * BUCKET_NS;
  }

  /** Forgets everything: the stream was broken. */
  clear(): void {
    this.totals.fill(0);
    this.endTotals.fill(0);
    this.closingMid.fill(0);
  }

  private endBucket(midHalfTicks: number): void {
    const { slot, totals, endTotals } = this;
    this.closingMid[slot] = midHalfTicks;
    for (let flow = 0; flow < FLOWS; flow++) endTotals[slot * FLOWS + flow] = totals[flow]!;
    this.slot = slot + 1 === TimeWindows.capacity ? 0 : slot + 1;
  }

  /** Of the bucket just before the window. */
  private slotBefore(window: WindowIndex): number {
    const slot = this.slot - WINDOW_BUCKETS[window]!;
    return slot < 0 ? slot + TimeWindows.capacity : slot;
  }
}

/** Index into WINDOW_SECONDS. */
export type WindowIndex = 0 | 1 | 2 | 3 | 4;

export function windowIndex(seconds: WindowSeconds): WindowIndex {
  return WINDOW_SECONDS.indexOf(seconds) as WindowIndex;
}
