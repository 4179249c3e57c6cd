import { strayBits, valueOfDigits } from './digit-words.js';

/** What one unit of the first eight of nineteen digits is worth. */
const HIGH_NS = 100_000_000_000n;

/** Reads times of nineteen digits, ns since the epoch, without a bigint: the first eight change every 100 s only. */
export class TimeDigits {
  private baseHigh = 0;
  private baseLow = 0;
  /** The first eight digits of the last time, as they lie in memory (NaN: none yet), and what they are worth. */
  private highDigits = Number.NaN;
  private highNs = 0;

  /** What times are counted from, ns since the epoch. */
  setBase(baseNs: bigint): void {
    this.baseHigh = Number(baseNs / HIGH_NS);
    this.baseLow = Number(baseNs % HIGH_NS);
    this.highDigits = Number.NaN;
  }

  /** 19 digits at `at` -> ns after the base; NaN where they are not digits. */
  read(view: DataView, at: number): number {
    if (view.getFloat64(at, true) !== this.highDigits && !this.readHighDigits(view, at)) return Number.NaN;
    const upper = view.getInt32(at + 8, true);
    const middle = view.getInt32(at + 12, true);
    // Four digits from one before: the first of them is known already, the three behind it are wanted.
    const tail = view.getInt32(at + 15, true);
    if ((strayBits(upper) | strayBits(middle) | strayBits(tail)) !== 0) return Number.NaN;
    const low = valueOfDigits(upper) * 1e7 + valueOfDigits(middle) * 1e3 + valueOfDigits(tail & 0xffff_ff00);
    return this.highNs + (low - this.baseLow);
  }

  private readHighDigits(view: DataView, at: number): boolean {
    const upper = view.getInt32(at, true);
    const lower = view.getInt32(at + 4, true);
    if ((strayBits(upper) | strayBits(lower)) !== 0) return false;
    this.highDigits = view.getFloat64(at, true);
    this.highNs = (valueOfDigits(upper) * 1e4 + valueOfDigits(lower) - this.baseHigh) * 1e11;
    return true;
  }
}
