import { CR, DOT, fourDigits, LF, MINUS, ZERO } from './depth-line-bytes.js';
import type { TickScale } from './tick-scale.js';

/**
 * Reads values from the bytes of a line. Each reader takes the offset where the value begins, and where it succeeds
 * leaves the offset behind it in `at`, and a number in `value`. Reads up to 16 bytes past a value's end.
 */
export class LineCursor {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;
  value = 0;

  private baseHigh = 0;
  private baseLow = 0;
  /** The first eight digits of the last time, as they lie in memory, and what they are worth. */
  private highDigits = 0;
  private highNs = 0;

  attach(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** What times are counted from, ns since the epoch. */
  setBase(baseNs: bigint): void {
    this.baseHigh = Number(baseNs / HIGH_NS);
    this.baseLow = Number(baseNs % HIGH_NS);
    this.highDigits = 0;
  }

  /** True where these eight bytes lie at `at`, as `depth-line-bytes.ts` spells them. */
  isEight(at: number, expected: number): boolean {
    return this.view.getFloat64(at, true) === expected;
  }

  isFour(at: number, expected: number): boolean {
    return this.view.getInt32(at, true) === expected;
  }

  /** 19 digits at `at` -> ns after the base; NaN where they are not digits. */
  readTime(at: number): number {
    const { view } = this;
    const high = view.getFloat64(at, true);
    if (high !== this.highDigits) {
      const upper = fourDigits(view.getInt32(at, true));
      const lower = fourDigits(view.getInt32(at + 4, true));
      if (upper < 0 || lower < 0) return Number.NaN;
      this.highDigits = high;
      this.highNs = (upper * 1e4 + lower - this.baseHigh) * 1e11;
    }
    const upper = fourDigits(view.getInt32(at + 8, true));
    const middle = fourDigits(view.getInt32(at + 12, true));
    // The four digits from one before: the first of them is known already, the three behind it are wanted.
    const tail = fourDigits(view.getInt32(at + 15, true));
    if (upper < 0 || middle < 0 || tail < 0) return Number.NaN;
    const low = upper * 1e7 + middle * 1e3 + (tail % 1000);
    return this.highNs + (low - this.baseLow);
  }

  /** An unsigned JSON integer of at most 15 digits at `at`. */
  readInteger(at: number): boolean {
    const { bytes } = this;
    let value = bytes[at]! - ZERO;
    if (value < 0 || value > 9) return false;
    let next = at + 1;
    let digit = bytes[next]! - ZERO;
    if (value === 0 && digit >= 0 && digit <= 9) return false;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = bytes[++next]! - ZERO;
    }
    if (next - at > DIGITS_MAX) return false;
    this.value = value;
    this.at = next;
    return true;
  }

  /** A price at `at` -> whole ticks; NaN where it is no JSON number or lies between two ticks. */
  readTicks(at: number, scale: TickScale): number {
    const { bytes } = this;
    const isNegative = bytes[at] === MINUS;
    const first = isNegative ? at + 1 : at;
    if (!this.readInteger(first)) return Number.NaN;
    let mantissa = this.value;
    let decimals = 0;
    if (bytes[this.at] === DOT) {
      let next = this.at + 1;
      let digit = bytes[next]! - ZERO;
      while (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        decimals++;
        digit = bytes[++next]! - ZERO;
      }
      if (decimals === 0 || next - first > DIGITS_MAX + 1) return Number.NaN;
      this.at = next;
    }
    return scale.ticksOfDecimal(isNegative ? -mantissa : mantissa, decimals);
  }

  /** LF or CR LF. */
  readLineEnd(at: number): boolean {
    if (this.bytes[at] === LF) this.at = at + 1;
    else if (this.bytes[at] === CR && this.bytes[at + 1] === LF) this.at = at + 2;
    else return false;
    return true;
  }
}

/** What one unit of the first eight of nineteen digits is worth. */
const HIGH_NS = 100_000_000_000n;
/** Decimal digits that float64 holds exactly. */
const DIGITS_MAX = 15;
