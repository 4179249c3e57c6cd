import { digitsAhead, strayBits, valueOfDigits } from './digit-words.js';
import { type EventBatch, EventKind, Side } from './event-batch.js';
import { PriceTexts } from './price-texts.js';
import type { TickScale } from './tick-scale.js';
import { TimeDigits } from './time-digits.js';

/**
 * Reads lines of the shape that depth-line.ts writes from their bytes, four or eight at a time. The fixed parts are
 * compared as numbers. What varies is taken as it mostly is (a time of the same 100 s as the one before, a seq of the same
 * ten thousand, a price seen lately, a size below 1000) where the bytes say that it is so, and else read digit by digit.
 *
 * The cut into functions follows the compiler: `read` and `readDepth` take in all that they call for a usual line.
 */
export class ExactDepthLines {
  /** Time and number of the event before. */
  lastNs = Number.NEGATIVE_INFINITY;
  lastSeq = -1;
  /** Trades appended so far. */
  trades = 0;
  /** Its base is what the batch's times count from. */
  readonly time = new TimeDigits();

  private view: DataView = new DataView(new ArrayBuffer(0));
  /** Behind what was read last. */
  private at = 0;
  /** Result of readInteger. */
  private value = 0;

  /** Of the last seq: its length, the eight bytes in front of its last four digits (NaN: not usable), and what they are worth. */
  private seqLength = 0;
  private seqBytes = Number.NaN;
  private seqHigh = 0;
  private readonly prices = new PriceTexts();

  constructor(private readonly scale: TickScale) {}

  /** Bytes to read from; they must reach BLOCK_PADDING_BYTES past the data. */
  attach(bytes: Uint8Array): void {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * Appends the lines from `start` on until `end`, until the batch holds `capacity` events, or until a line has another
   * shape or cannot follow the one before.
   * @returns the offset of the first line not appended
   */
  read(batch: EventBatch, start: number, end: number, capacity: number): number {
    const { view, time } = this;
    let lineStart = start;
    for (let i = batch.length; lineStart < end && i < capacity; i++) {
      if (view.getFloat64(lineStart, true) !== KIND || view.getFloat64(lineStart + 14, true) !== TIME) break;
      const tsNs = time.read(view, lineStart + 22);
      if (!(tsNs >= this.lastNs && tsNs <= SINCE_BASE_NS_MAX)) break;
      const seq = this.readSeq(lineStart + 41);
      if (!(seq > this.lastSeq)) break;
      const kind = view.getFloat64(lineStart + 8, true);
      if (kind === DEPTH) {
        if (!this.readDepth(batch, i, this.at)) break;
      } else if (kind !== TRADE || !this.readTrade(batch, i, this.at)) break;
      batch.tsRecvNs[i] = tsNs;
      batch.seq[i] = seq;
      batch.length = i + 1;
      this.lastNs = tsNs;
      this.lastSeq = seq;
      lineStart = this.at;
    }
    return lineStart;
  }

  /** The seq that may stand behind a time; NaN where neither it nor the end of the time does. */
  private readSeq(at: number): number {
    const { view } = this;
    if (view.getFloat64(at, true) !== SEQ) {
      this.at = at + 1;
      return view.getUint8(at) === QUOTE ? this.lastSeq + 1 : Number.NaN;
    }
    const end = at + 8 + this.seqLength;
    const digits = view.getInt32(end - 4, true);
    if (view.getFloat64(end - 12, true) === this.seqBytes && view.getUint8(end) === COMMA && strayBits(digits) === 0) {
      this.at = end;
      return this.seqHigh + valueOfDigits(digits);
    }
    return this.readOtherSeq(at + 8);
  }

  private readOtherSeq(at: number): number {
    if (!this.readInteger(at)) return Number.NaN;
    const length = this.at - at;
    // With five digits the first is among the bytes that are compared: no zero can stand in front of the next seq.
    const isUsual = length >= 5 && length <= 12;
    this.seqLength = isUsual ? length : 0;
    this.seqBytes = isUsual ? this.view.getFloat64(this.at - 12, true) : Number.NaN;
    this.seqHigh = this.value - (this.value % 1e4);
    return this.value;
  }

  private readDepth(batch: EventBatch, i: number, at: number): boolean {
    const { view } = this;
    if (view.getInt32(at, true) !== OP_1 || view.getInt32(at + 2, true) !== OP_2) return false;
    const operation = view.getUint8(at + 6) - ZERO;
    if (operation < 0 || operation > 2 || view.getFloat64(at + 7, true) !== SIDE) return false;
    const side = view.getUint8(at + 15) - ZERO;
    if (side < 0 || side > 1) return false;
    if (view.getFloat64(at + 16, true) !== POSITION_1 || view.getInt32(at + 24, true) !== POSITION_2) return false;
    let position = view.getUint8(at + 28) - ZERO;
    this.at = at + 29;
    if (position < 0 || position > 9 || view.getUint8(at + 29) !== COMMA) {
      if (!this.readInteger(at + 28) || this.value > 255) return false;
      position = this.value;
    }
    if (!this.readPriceAndSize(batch, i, this.at) || !this.readLast(batch, i, this.at)) return false;
    batch.kind[i] = EventKind.depth;
    batch.operation[i] = operation;
    batch.side[i] = side;
    batch.position[i] = position;
    return true;
  }

  private readTrade(batch: EventBatch, i: number, at: number): boolean {
    if (!this.readPriceAndSize(batch, i, at) || !this.readAggressor(batch, i, this.at)) return false;
    batch.kind[i] = EventKind.trade;
    batch.operation[i] = 0;
    batch.position[i] = 0;
    batch.last[i] = 1;
    this.trades++;
    return true;
  }

  private readPriceAndSize(batch: EventBatch, i: number, start: number): boolean {
    const { view, prices } = this;
    if (view.getFloat64(start, true) !== PRICE || view.getUint8(start + 8) !== COLON) return false;
    const at = start + 9;
    const slot = prices.find(view, at);
    if (slot >= 0 && view.getFloat64(at + prices.lengthBytes[slot]!, true) === SIZE) {
      batch.priceTicks[i] = prices.ticks[slot]!;
      return this.readSize(batch, i, at + prices.lengthBytes[slot]! + 8);
    }
    return this.readOtherPrice(batch, i, at) && this.readSize(batch, i, this.at + 8);
  }

  private readOtherPrice(batch: EventBatch, i: number, start: number): boolean {
    const { view } = this;
    const isNegative = view.getUint8(start) === MINUS;
    const at = isNegative ? start + 1 : start;
    if (!this.readInteger(at)) return false;
    let mantissa = this.value;
    let decimals = 0;
    if (view.getUint8(this.at) === DOT) {
      let next = this.at + 1;
      let digit = view.getUint8(next) - ZERO;
      while (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        decimals++;
        digit = view.getUint8(++next) - ZERO;
      }
      if (decimals === 0 || next - at > 16) return false;
      this.at = next;
    }
    const ticks = this.scale.ticksOfDecimal(isNegative ? -mantissa : mantissa, decimals);
    if (Number.isNaN(ticks) || view.getFloat64(this.at, true) !== SIZE) return false;
    this.prices.learn(view, start, this.at - start, ticks);
    batch.priceTicks[i] = ticks;
    return true;
  }

  private readSize(batch: EventBatch, i: number, at: number): boolean {
    const digits = this.view.getInt32(at, true);
    const length = digitsAhead(digits);
    if (length === 1 || (length > 1 && length < 4 && (digits & 0xff) !== ZERO)) {
      batch.size[i] = valueOfDigits(digits << (32 - 8 * length));
      this.at = at + length;
      return true;
    }
    if (!this.readInteger(at) || this.value > SIZE_MAX) return false;
    batch.size[i] = this.value;
    return true;
  }

  /** An unsigned JSON integer of at most 15 digits at `at`. */
  private readInteger(at: number): boolean {
    const { view } = this;
    let value = view.getUint8(at) - ZERO;
    if (value < 0 || value > 9) return false;
    let next = at + 1;
    let digit = view.getUint8(next) - ZERO;
    if (value === 0 && digit >= 0 && digit <= 9) return false;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = view.getUint8(++next) - ZERO;
    }
    if (next - at > 15) return false;
    this.value = value;
    this.at = next;
    return true;
  }

  private readLast(batch: EventBatch, i: number, at: number): boolean {
    const { view } = this;
    batch.last[i] = 1;
    if (view.getFloat64(at, true) !== LAST) return this.readLineEnd(at);
    const word = view.getInt32(at + 8, true);
    if (word === TRUE) return this.readLineEnd(at + 12);
    batch.last[i] = 0;
    return word === FALSE_1 && view.getUint8(at + 12) === FALSE_2 && this.readLineEnd(at + 13);
  }

  private readAggressor(batch: EventBatch, i: number, at: number): boolean {
    const { view } = this;
    if (view.getFloat64(at, true) !== AGGRESSOR_1 || view.getFloat64(at + 5, true) !== AGGRESSOR_2) return false;
    const word = view.getInt32(at + 13, true);
    if (word === BUY && view.getUint8(at + 17) === QUOTE) {
      batch.side[i] = Side.bid;
      return this.readLineEnd(at + 18);
    }
    if (word === SELL_1 && view.getInt32(at + 15, true) === SELL_2) {
      batch.side[i] = Side.ask;
      return this.readLineEnd(at + 19);
    }
    batch.side[i] = Side.none;
    return word === NULL && this.readLineEnd(at + 17);
  }

  private readLineEnd(at: number): boolean {
    const { view } = this;
    const word = view.getUint16(at, true);
    this.at = word === BRACE_LF ? at + 2 : at + 3;
    return word === BRACE_LF || (word === BRACE_CR && view.getUint8(at + 2) === LF);
  }
}

const SINCE_BASE_NS_MAX = Number.MAX_SAFE_INTEGER;

// Contracts in one field: CONTRACTS_MAX. Module constants of this file, not imported ones: those would be loaded anew for each use.
const SIZE_MAX = 2 ** 31 - 1;
const ZERO = 48;
const LF = 10;
const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const COLON = 58;
const BRACE_LF = 0x0a7d;
const BRACE_CR = 0x0d7d;

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
const FALSE_2 = 'e'.charCodeAt(0);
const AGGRESSOR_1 = eight(',"aggres');
const AGGRESSOR_2 = eight('ressor":');
const BUY = four('"buy');
const SELL_1 = four('"sel');
const SELL_2 = four('ell"');
const NULL = four('null');

function eight(text: string): number {
  return Buffer.from(text, 'latin1').readDoubleLE(0);
}

function four(text: string): number {
  return Buffer.from(text, 'latin1').readInt32LE(0);
}
