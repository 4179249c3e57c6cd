import { type EventBatch, EventKind, Side } from './event-batch.js';
import type { TickScale } from './tick-scale.js';

/**
 * Reads lines of the shape that depth-line.ts writes from their bytes, eight at a time. It is one long function and few
 * leaves because that is a quarter faster than the same in small pieces: the compiler inlines only so much.
 */
export class ExactDepthLine {
  private view: DataView = new DataView(new ArrayBuffer(0));
  private bytes: Uint8Array = new Uint8Array(0);
  /** Behind what was read last. */
  at = 0;
  /** Result of readInteger. */
  private value = 0;

  private baseHigh = 0;
  private baseLow = 0;
  /** The first eight digits of the last time, as they lie in memory, and what they are worth. */
  private highDigits = 0;
  private highNs = 0;
  /** Time and number of the event before. */
  lastNs = Number.NEGATIVE_INFINITY;
  lastSeq = -1;

  constructor(private readonly scale: TickScale) {}

  /** Bytes to read from; they must reach BLOCK_PADDING_BYTES past the data. */
  attach(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** What the batch's times count from, ns since the epoch. */
  setBase(baseNs: bigint): void {
    this.baseHigh = Number(baseNs / HIGH_NS);
    this.baseLow = Number(baseNs % HIGH_NS);
    this.highDigits = 0;
  }

  /**
   * Appends the line that begins at `lineStart` to the batch and leaves the offset of the next one in `at`; false, and
   * the batch as long as before, where the line has another shape or cannot follow the one before.
   */
  read(batch: EventBatch, lineStart: number): boolean {
    const { view, bytes } = this;
    if (view.getFloat64(lineStart, true) !== KIND) return false;
    const kindBytes = view.getFloat64(lineStart + 8, true);
    const isDepth = kindBytes === DEPTH;
    if (!isDepth && kindBytes !== TRADE) return false;
    if (view.getFloat64(lineStart + 14, true) !== TIME) return false;
    const tsNs = this.readTime(lineStart + 22);
    if (!(tsNs >= this.lastNs && tsNs <= Number.MAX_SAFE_INTEGER)) return false;

    let at = lineStart + 41;
    let seq = this.lastSeq + 1;
    if (view.getFloat64(at, true) === SEQ) {
      if (!this.readInteger(at + 8)) return false;
      at = this.at;
      seq = this.value;
      if (seq <= this.lastSeq) return false;
    } else if (bytes[at++] !== QUOTE) return false;

    const i = batch.length;
    if (isDepth) {
      if (view.getInt32(at, true) !== OP_1 || view.getInt32(at + 2, true) !== OP_2) return false;
      const operation = bytes[at + 6]! - ZERO;
      if (operation < 0 || operation > 2 || view.getFloat64(at + 7, true) !== SIDE) return false;
      const side = bytes[at + 15]! - ZERO;
      if (side < 0 || side > 1) return false;
      if (view.getFloat64(at + 16, true) !== POSITION_1 || view.getInt32(at + 24, true) !== POSITION_2) return false;
      if (!this.readInteger(at + 28) || this.value > 255) return false;
      const position = this.value;
      if (!this.readPriceAndSize(batch, i, this.at) || !this.readLast(batch, i, this.at)) return false;
      batch.kind[i] = EventKind.depth;
      batch.operation[i] = operation;
      batch.side[i] = side;
      batch.position[i] = position;
    } else {
      if (!this.readPriceAndSize(batch, i, at) || !this.readAggressor(batch, i, this.at)) return false;
      batch.kind[i] = EventKind.trade;
      batch.operation[i] = 0;
      batch.position[i] = 0;
      batch.last[i] = 1;
    }
    if (!this.readLineEnd(this.at)) return false;
    batch.tsRecvNs[i] = tsNs;
    batch.seq[i] = seq;
    batch.length = i + 1;
    this.lastNs = tsNs;
    this.lastSeq = seq;
    return true;
  }

  /** 19 digits at `at` -> ns after the batch's base; NaN where they are not digits. */
  private readTime(at: number): number {
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
  private readInteger(at: number): boolean {
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
    if (next - at > 15) return false;
    this.value = value;
    this.at = next;
    return true;
  }

  private readPriceAndSize(batch: EventBatch, i: number, start: number): boolean {
    const { view, bytes } = this;
    if (view.getFloat64(start, true) !== PRICE || bytes[start + 8] !== COLON) return false;
    let at = start + 9;
    const isNegative = bytes[at] === MINUS;
    if (isNegative) at++;
    if (!this.readInteger(at)) return false;
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
      if (decimals === 0 || next - at > 16) return false;
      this.at = next;
    }
    const ticks = this.scale.ticksOfDecimal(isNegative ? -mantissa : mantissa, decimals);
    if (Number.isNaN(ticks)) return false;
    if (view.getFloat64(this.at, true) !== SIZE || !this.readInteger(this.at + 8)) return false;
    batch.priceTicks[i] = ticks;
    batch.size[i] = this.value;
    return true;
  }

  private readLast(batch: EventBatch, i: number, at: number): boolean {
    const { view, bytes } = this;
    batch.last[i] = 1;
    this.at = at;
    if (bytes[at] === BRACE) this.at = at + 1;
    else if (view.getFloat64(at, true) !== LAST) return false;
    else if (view.getInt32(at + 8, true) === TRUE && bytes[at + 12] === BRACE) this.at = at + 13;
    else if (view.getInt32(at + 8, true) === FALSE_1 && view.getInt32(at + 10, true) === FALSE_2) {
      batch.last[i] = 0;
      this.at = at + 14;
    } else return false;
    return true;
  }

  private readAggressor(batch: EventBatch, i: number, at: number): boolean {
    const { view, bytes } = this;
    if (view.getFloat64(at, true) !== AGGRESSOR_1 || view.getFloat64(at + 5, true) !== AGGRESSOR_2) return false;
    const word = view.getInt32(at + 13, true);
    if (word === BUY && bytes[at + 17] === QUOTE && bytes[at + 18] === BRACE) {
      batch.side[i] = Side.bid;
      this.at = at + 19;
    } else if (word === SELL_1 && view.getInt32(at + 16, true) === SELL_2) {
      batch.side[i] = Side.ask;
      this.at = at + 20;
    } else if (word === NULL && bytes[at + 17] === BRACE) {
      batch.side[i] = Side.none;
      this.at = at + 18;
    } else return false;
    return true;
  }

  private readLineEnd(at: number): boolean {
    if (this.bytes[at] === LF) this.at = at + 1;
    else if (this.bytes[at] === CR && this.bytes[at + 1] === LF) this.at = at + 2;
    else return false;
    return true;
  }
}

/** What one unit of the first eight of nineteen digits is worth. */
const HIGH_NS = 100_000_000_000n;

// Module constants of this file, not imported ones: those would be loaded anew for each use.
const ZERO = 48;
const LF = 10;
const CR = 13;
const QUOTE = 34;
const MINUS = 45;
const DOT = 46;
const COLON = 58;
const BRACE = 125;

// The fixed parts of a line, as the numbers that a little-endian load of their ASCII bytes gives. Eight ASCII bytes
// are never NaN or zero as float64, so equality of the numbers is equality of the bytes.
const KIND = eight('{"kind":');
const DEPTH = eight('"depth",');
const TRADE = eight('"trade",');
const TIME = eight('","ts":"');
const SEQ = eight('","seq":');
const OP_1 = four(',"op');
const OP_2 = four('op":');
const SIDE = eight(',"side":');
const POSITION_1 = eight(',"positi');
const POSITION_2 = four('on":');
const PRICE = eight(',"price"');
const SIZE = eight(',"size":');
const LAST = eight(',"last":');
const TRUE = four('true');
const FALSE_1 = four('fals');
const FALSE_2 = four('lse}');
const AGGRESSOR_1 = eight(',"aggres');
const AGGRESSOR_2 = eight('ressor":');
const BUY = four('"buy');
const SELL_1 = four('"sel');
const SELL_2 = four('ll"}');
const NULL = four('null');

function eight(text: string): number {
  return Buffer.from(text, 'latin1').readDoubleLE(0);
}

function four(text: string): number {
  return Buffer.from(text, 'latin1').readInt32LE(0);
}

/** Value of four ASCII digits loaded little-endian; -1 where one of them is no digit. */
function fourDigits(word: number): number {
  if (((word & 0xf0f0f0f0) | 0) !== 0x30303030 || (((word + 0x06060606) & 0xf0f0f0f0) | 0) !== 0x30303030) return -1;
  const digits = word - 0x30303030;
  const pairs = (digits * 10 + (digits >>> 8)) & 0x00ff00ff;
  return (pairs & 0xff) * 100 + (pairs >>> 16);
}
