import { decodedText, NOT_UTF8 } from '../../fields/utf8-text.js';
import { type DepthJson, parseDepthJson } from './depth-json.js';
import { createEventBatch, type EventBatch, EventKind, Side } from './event-batch.js';
import { ExactDepthLines } from './exact-depth-lines.js';
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
  /** Events appended so far, by EventKind. */
  readonly events: [depth: number, trades: number, resets: number, gaps: number] = [0, 0, 0, 0];

  private readonly exact: ExactDepthLines;
  private bytes: Uint8Array = new Uint8Array(0);
  private pendingGap = false;

  constructor(
    private readonly instrument: string,
    private readonly scale: TickScale,
    private readonly capacity: number,
    private readonly onBroken: OnBrokenLine,
  ) {
    this.exact = new ExactDepthLines(scale);
  }

  /** Bytes to read from; `scan` addresses them. Must reach BLOCK_PADDING_BYTES past the data. */
  attach(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.exact.attach(bytes);
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
    let at = start;
    while (at < end && !this.isFull()) {
      at = this.readExactly(at, end);
      if (at < end && !this.isFull()) at = this.readSlowly(at, end);
    }
    return at;
  }

  /** One place is kept for a gap in front of the last event. */
  private isFull(): boolean {
    return this.batch !== null && this.batch.length >= this.capacity - 1;
  }

  /** Reads lines up to the first that only JSON.parse understands. */
  private readExactly(start: number, end: number): number {
    const { batch } = this;
    if (!batch || this.pendingGap) return start;
    const [eventsBefore, tradesBefore] = [batch.length, this.exact.trades];
    const at = this.exact.read(batch, start, end, this.capacity - 1);
    const [events, trades] = [batch.length - eventsBefore, this.exact.trades - tradesBefore];
    this.lines += events;
    this.events[EventKind.depth] += events - trades;
    this.events[EventKind.trade] += trades;
    return at;
  }

  /** Reads one line of any shape through JSON.parse. @returns the start of the next line */
  private readSlowly(lineStart: number, end: number): number {
    const lineEnd = this.bytes.indexOf(LF, lineStart);
    const next = lineEnd < 0 || lineEnd >= end ? end : lineEnd + 1;
    const { text: line, isUtf8 } = decodedText(this.bytes.subarray(lineStart, next));
    // JSON's own white space: a byte order mark stands at the beginning of a file, not of a line.
    const text = line.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
    this.lines++;
    if (text === '') return next;
    const event = isUtf8 ? parseDepthJson(text) : NOT_UTF8;
    const reason = typeof event === 'string' ? event : this.append(event);
    if (reason !== null) {
      this.pendingGap = true;
      this.onBroken(this.lines, reason, text);
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
    if (tsNs < this.exact.lastNs) return `ts: ${event.ts} is earlier than the line before`;
    const seq = event.seq ?? this.exact.lastSeq + 1;
    if (seq <= this.exact.lastSeq) return `seq: ${seq} follows ${this.exact.lastSeq}`;
    const hasPrice = event.kind === 'depth' || event.kind === 'trade';
    const ticks = hasPrice ? this.scale.ticksOf(event.price) : 0;
    if (hasPrice && Number.isNaN(ticks)) return priceFault(event.price, this.scale.tickSize);

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
    this.events[kind]++;
    batch.tsRecvNs[i] = tsNs;
    batch.seq[i] = seq;
    batch.kind[i] = kind;
    batch.operation[i] = 0;
    batch.side[i] = side;
    batch.position[i] = 0;
    batch.priceTicks[i] = 0;
    batch.size[i] = 0;
    batch.last[i] = 1;
    this.exact.lastNs = tsNs;
    this.exact.lastSeq = seq;
    return i;
  }

  /** The base is midnight UTC of the first event: the same for every read of the file. */
  private start(firstNs: bigint): void {
    const baseNs = firstNs - (firstNs % DAY_NS);
    this.batch = createEventBatch(this.instrument, this.scale.tickSize, baseNs, this.capacity);
    this.batch.tsEventNs.fill(Number.NaN);
    this.exact.time.setBase(baseNs);
  }
}

const LF = 10;
const DAY_NS = 86_400_000_000_000n;

function priceFault(price: number, tickSize: number): string {
  return Math.abs(price / tickSize) > TICKS_MAX
    ? `price: ${price} is more than ${TICKS_MAX} ticks of ${tickSize}`
    : `price: ${price} is not a whole number of ticks of ${tickSize}`;
}

const TICKS_MAX = 2 ** 31 - 1;
