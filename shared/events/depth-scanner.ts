import { type DepthJson, parseDepthJson } from './depth-json.js';
import {
  AGGRESSOR_1,
  AGGRESSOR_2,
  BRACE,
  BUY,
  COLON,
  CR,
  DEPTH,
  DOT,
  FALSE_1,
  FALSE_2,
  fourDigits,
  KIND,
  LAST,
  LF,
  MINUS,
  NULL,
  OP_1,
  OP_2,
  POSITION_1,
  POSITION_2,
  PRICE,
  QUOTE,
  SELL_1,
  SELL_2,
  SEQ,
  SIDE,
  SIZE,
  TIME,
  TRADE,
  TRUE,
  ZERO,
} from './depth-line-bytes.js';
import { createEventBatch, type EventBatch, EventKind, Side } from './event-batch.js';
import type { TickScale } from './tick-scale.js';

/** What happens with a line that is no event. It is called with the line's number and the reason, and may throw. */
export type OnBrokenLine = (line: number, reason: string) => void;

/**
 * Lines of a depth file -> EventBatch columns. A line in the shape that depth-line.ts writes (with or without `seq` and
 * `last`) is read from the bytes, eight at a time; any other line goes through JSON.parse and says the same.
 *
 * A broken line, where `onBroken` does not throw, becomes a gap event in front of the next good line, with the time
 * and seq of that line: what comes after it must not be applied to the book as if nothing were missing.
 */
export class DepthScanner {
  batch: EventBatch | null = null;
  /** Lines seen, the header included. */
  lines = 1;
  broken = 0;

  private view: DataView = new DataView(new ArrayBuffer(0));
  private bytes: Uint8Array = new Uint8Array(0);
  /** Cursor and results of the leaf readers below. */
  private at = 0;
  private value = 0;

  private baseHigh = 0;
  private baseLow = 0;
  /** The first eight digits of the last time, as they lie in memory, and what they are worth. */
  private highDigits = 0;
  private highNs = 0;
  private lastNs = Number.NEGATIVE_INFINITY;
  private lastSeq = -1;
  private pendingGap = false;

  constructor(
    private readonly instrument: string,
    private readonly scale: TickScale,
    private readonly capacity: number,
    private readonly onBroken: OnBrokenLine,
  ) {}

  /** Bytes to read from; `scan` addresses them. Must reach BLOCK_PADDING_BYTES past the data. */
  attach(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The batch in use was handed on: go on with an empty one. Columns are reused. */
  restartBatch(): void {
    if (this.batch) this.batch.length = 0;
  }

  /**
   * Reads whole lines from `start` until `end` (just behind a LF), or until the batch is full.
   * @returns the offset of the first byte not read
   */
  scan(start: number, end: number): number {
    let lineStart = start;
    while (lineStart < end) {
      const batch = this.batch;
      if (batch && batch.length >= this.capacity - 1) return lineStart;
      if (batch && !this.pendingGap && this.readFast(batch, lineStart)) lineStart = this.at;
      else lineStart = this.readSlowly(lineStart, end);
      this.lines++;
    }
    return lineStart;
  }

  /** Reads one line of the exact shape; false where it is not (the batch is then as long as before). */
  private readFast(batch: EventBatch, lineStart: number): boolean {
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
    if (!(isDepth ? this.readDepth(batch, i, at) : this.readTrade(batch, i, at))) return false;
    if (!this.readLineEnd(this.at)) return false;
    batch.tsRecvNs[i] = tsNs;
    batch.seq[i] = seq;
    batch.length = i + 1;
    this.lastNs = tsNs;
    this.lastSeq = seq;
    return true;
  }

  private readDepth(batch: EventBatch, i: number, at: number): boolean {
    const { view, bytes } = this;
    if (view.getInt32(at, true) !== OP_1 || view.getInt32(at + 2, true) !== OP_2) return false;
    const operation = bytes[at + 6]! - ZERO;
    if (operation < 0 || operation > 2 || view.getFloat64(at + 7, true) !== SIDE) return false;
    const side = bytes[at + 15]! - ZERO;
    if (side < 0 || side > 1) return false;
    if (view.getFloat64(at + 16, true) !== POSITION_1 || view.getInt32(at + 24, true) !== POSITION_2) return false;
    if (!this.readInteger(at + 28) || this.value > 255) return false;
    batch.kind[i] = EventKind.depth;
    batch.operation[i] = operation;
    batch.side[i] = side;
    batch.position[i] = this.value;
    return this.readPriceAndSize(batch, i, this.at) && this.readLast(batch, i, this.at);
  }

  private readTrade(batch: EventBatch, i: number, at: number): boolean {
    batch.kind[i] = EventKind.trade;
    batch.operation[i] = 0;
    batch.position[i] = 0;
    batch.last[i] = 1;
    return this.readPriceAndSize(batch, i, at) && this.readAggressor(batch, i, this.at);
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

  /** Reads one line of any shape through JSON.parse. @returns the start of the next line */
  private readSlowly(lineStart: number, end: number): number {
    const lineEnd = this.bytes.indexOf(LF, lineStart);
    const next = lineEnd < 0 || lineEnd >= end ? end : lineEnd + 1;
    const text = new TextDecoder().decode(this.bytes.subarray(lineStart, next)).trim();
    if (text === '') return next;
    const event = parseDepthJson(text);
    const reason = typeof event === 'string' ? event : this.append(event);
    if (reason !== null) {
      this.broken++;
      this.pendingGap = true;
      this.onBroken(this.lines + 1, reason);
    }
    return next;
  }

  /** Appends a parsed event. @returns why it cannot follow the events before it, or null */
  private append(event: DepthJson): string | null {
    const absoluteNs = BigInt(event.ts);
    if (!this.batch) this.start(absoluteNs);
    const batch = this.batch!;
    const tsNs = Number(absoluteNs - batch.baseNs);
    if (!Number.isSafeInteger(tsNs)) return `ts: ${event.ts} is more than 104 days away from the file's first event`;
    if (tsNs < this.lastNs) return `ts: ${event.ts} is earlier than the line before`;
    const seq = event.seq ?? this.lastSeq + 1;
    if (seq <= this.lastSeq) return `seq: ${seq} follows ${this.lastSeq}`;
    const hasPrice = event.kind === 'depth' || event.kind === 'trade';
    const ticks = hasPrice ? this.scale.ticksOf(event.price) : 0;
    if (hasPrice && Number.isNaN(ticks))
      return `price: ${event.price} is not a whole number of ticks of ${this.scale.tickSize}`;

    if (this.pendingGap) this.push(batch, tsNs, seq, EventKind.gap, Side.none);
    this.pendingGap = false;
    const i = this.push(batch, tsNs, seq, EventKind[event.kind], Side.none);
    if (hasPrice) {
      batch.priceTicks[i] = ticks;
      batch.size[i] = event.size;
    }
    if (event.kind === 'depth') {
      batch.operation[i] = event.op;
      batch.side[i] = event.side;
      batch.position[i] = event.position;
      batch.last[i] = event.last ? 1 : 0;
    } else if (event.kind === 'trade' && event.aggressor) {
      batch.side[i] = event.aggressor === 'buy' ? Side.bid : Side.ask;
    }
    return null;
  }

  private push(batch: EventBatch, tsNs: number, seq: number, kind: EventKind, side: Side): number {
    const i = batch.length++;
    batch.tsRecvNs[i] = tsNs;
    batch.seq[i] = seq;
    batch.kind[i] = kind;
    batch.operation[i] = 0;
    batch.side[i] = side;
    batch.position[i] = 0;
    batch.priceTicks[i] = 0;
    batch.size[i] = 0;
    batch.last[i] = 1;
    this.lastNs = tsNs;
    this.lastSeq = seq;
    return i;
  }

  /** The base is midnight UTC of the first event: the same for every read of the file. */
  private start(firstNs: bigint): void {
    const baseNs = firstNs - (firstNs % DAY_NS);
    this.batch = createEventBatch(this.instrument, this.scale.tickSize, baseNs, this.capacity);
    this.batch.tsEventNs.fill(Number.NaN);
    this.baseHigh = Number(baseNs / HIGH_NS);
    this.baseLow = Number(baseNs % HIGH_NS);
  }
}

const DAY_NS = 86_400_000_000_000n;
/** What one unit of the first eight of nineteen digits is worth. */
const HIGH_NS = 100_000_000_000n;
