import { type DepthJson, parseDepthJson } from './depth-json.js';
import {
  AGGRESSOR_1,
  AGGRESSOR_2,
  BRACE,
  BUY,
  COLON,
  DEPTH,
  FALSE_1,
  FALSE_2,
  KIND,
  LAST,
  LF,
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
import { LineCursor } from './line-cursor.js';
import type { TickScale } from './tick-scale.js';

/** What happens with a line that is no event. It is called with the line's number, the reason and the text, and may throw. */
export type OnBrokenLine = (line: number, reason: string, text: string) => void;

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

  private readonly cursor = new LineCursor();
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
    this.cursor.attach(bytes);
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
      if (batch && !this.pendingGap && this.readFast(batch, lineStart)) lineStart = this.cursor.at;
      else lineStart = this.readSlowly(lineStart, end);
      this.lines++;
    }
    return lineStart;
  }

  /** Reads one line of the exact shape; false where it is not (the batch is then as long as before). */
  private readFast(batch: EventBatch, lineStart: number): boolean {
    const { cursor } = this;
    if (!cursor.isEight(lineStart, KIND)) return false;
    const kindBytes = cursor.view.getFloat64(lineStart + 8, true);
    const isDepth = kindBytes === DEPTH;
    if (!isDepth && kindBytes !== TRADE) return false;
    if (!cursor.isEight(lineStart + 14, TIME)) return false;
    const tsNs = cursor.readTime(lineStart + 22);
    if (!(tsNs >= this.lastNs && tsNs <= Number.MAX_SAFE_INTEGER)) return false;

    let at = lineStart + 41;
    let seq = this.lastSeq + 1;
    if (cursor.isEight(at, SEQ)) {
      if (!cursor.readInteger(at + 8)) return false;
      at = cursor.at;
      seq = cursor.value;
      if (seq <= this.lastSeq) return false;
    } else if (cursor.bytes[at++] !== QUOTE) return false;

    const i = batch.length;
    if (!(isDepth ? this.readDepth(batch, i, at) : this.readTrade(batch, i, at))) return false;
    if (!cursor.readLineEnd(cursor.at)) return false;
    batch.tsRecvNs[i] = tsNs;
    batch.seq[i] = seq;
    batch.length = i + 1;
    this.lastNs = tsNs;
    this.lastSeq = seq;
    return true;
  }

  private readDepth(batch: EventBatch, i: number, at: number): boolean {
    const { cursor } = this;
    if (!cursor.isFour(at, OP_1) || !cursor.isFour(at + 2, OP_2)) return false;
    const operation = cursor.bytes[at + 6]! - ZERO;
    if (operation < 0 || operation > 2 || !cursor.isEight(at + 7, SIDE)) return false;
    const side = cursor.bytes[at + 15]! - ZERO;
    if (side < 0 || side > 1) return false;
    if (!cursor.isEight(at + 16, POSITION_1) || !cursor.isFour(at + 24, POSITION_2)) return false;
    if (!cursor.readInteger(at + 28) || cursor.value > 255) return false;
    batch.kind[i] = EventKind.depth;
    batch.operation[i] = operation;
    batch.side[i] = side;
    batch.position[i] = cursor.value;
    return this.readPriceAndSize(batch, i, cursor.at) && this.readLast(batch, i, cursor.at);
  }

  private readTrade(batch: EventBatch, i: number, at: number): boolean {
    batch.kind[i] = EventKind.trade;
    batch.operation[i] = 0;
    batch.position[i] = 0;
    batch.last[i] = 1;
    return this.readPriceAndSize(batch, i, at) && this.readAggressor(batch, i, this.cursor.at);
  }

  private readPriceAndSize(batch: EventBatch, i: number, at: number): boolean {
    const { cursor } = this;
    if (!cursor.isEight(at, PRICE) || cursor.bytes[at + 8] !== COLON) return false;
    const ticks = cursor.readTicks(at + 9, this.scale);
    if (Number.isNaN(ticks)) return false;
    if (!cursor.isEight(cursor.at, SIZE) || !cursor.readInteger(cursor.at + 8)) return false;
    batch.priceTicks[i] = ticks;
    batch.size[i] = cursor.value;
    return true;
  }

  private readLast(batch: EventBatch, i: number, at: number): boolean {
    const { cursor } = this;
    batch.last[i] = 1;
    cursor.at = at;
    if (cursor.bytes[at] === BRACE) cursor.at = at + 1;
    else if (!cursor.isEight(at, LAST)) return false;
    else if (cursor.isFour(at + 8, TRUE) && cursor.bytes[at + 12] === BRACE) cursor.at = at + 13;
    else if (cursor.isFour(at + 8, FALSE_1) && cursor.isFour(at + 10, FALSE_2)) {
      batch.last[i] = 0;
      cursor.at = at + 14;
    } else return false;
    return true;
  }

  private readAggressor(batch: EventBatch, i: number, at: number): boolean {
    const { cursor } = this;
    if (!cursor.isEight(at, AGGRESSOR_1) || !cursor.isEight(at + 5, AGGRESSOR_2)) return false;
    const word = cursor.view.getInt32(at + 13, true);
    if (word === BUY && cursor.bytes[at + 17] === QUOTE && cursor.bytes[at + 18] === BRACE) {
      batch.side[i] = Side.bid;
      cursor.at = at + 19;
    } else if (word === SELL_1 && cursor.isFour(at + 16, SELL_2)) {
      batch.side[i] = Side.ask;
      cursor.at = at + 20;
    } else if (word === NULL && cursor.bytes[at + 17] === BRACE) {
      batch.side[i] = Side.none;
      cursor.at = at + 18;
    } else return false;
    return true;
  }

  /** Reads one line of any shape through JSON.parse. @returns the start of the next line */
  private readSlowly(lineStart: number, end: number): number {
    const lineEnd = this.cursor.bytes.indexOf(LF, lineStart);
    const next = lineEnd < 0 || lineEnd >= end ? end : lineEnd + 1;
    const text = new TextDecoder().decode(this.cursor.bytes.subarray(lineStart, next)).trim();
    if (text === '') return next;
    const event = parseDepthJson(text);
    const reason = typeof event === 'string' ? event : this.append(event);
    if (reason !== null) {
      this.pendingGap = true;
      this.onBroken(this.lines + 1, reason, text);
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
    this.cursor.setBase(baseNs);
  }
}

const DAY_NS = 86_400_000_000_000n;
