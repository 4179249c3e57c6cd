import { closeSync, openSync, writeSync } from 'node:fs';
import { Book } from '../../shared/market/book/book.js';
import { DepthOperation, type EventBatch, EventKind, Side } from '../../shared/market/events/event-batch.js';

/** hftbacktest's event record: ev, exch_ts, local_ts, px, qty, order_id, ival, fval; eight bytes each. */
const ROW_BYTES = 64;
const ROWS_IN_BUFFER = 16_384;

const DEPTH = 1;
const TRADE = 2;
const CLEAR = 3;
const BOTH_SIDES_SEE = 2 ** 31 + 2 ** 30;
const BUY = 2 ** 29;
const SELL = 2 ** 28;

/**
 * Writes the events as price-addressed rows of the same changes, with the same times: what a peer that knows no position
 * needs. A level that the ten-level book pushes out of sight is left as it is, and removed when the book reaches so far
 * again without it. Trades without an aggressor get the one that the quote test gives.
 * @returns how many rows were written
 */
export function writeLevelRows(
  batches: readonly EventBatch[],
  tickSize: number,
  feedLatencyNs: number,
  file: string,
): number {
  const rows = new RowFile(file, tickSize, feedLatencyNs);
  const book = new Book();
  const ladders = [new Map<number, number>(), new Map<number, number>()] as const;
  for (const batch of batches)
    for (let i = 0; i < batch.length; i++) {
      rows.at(batch, i);
      if (batch.kind[i] === EventKind.depth) writeDepth(rows, book, ladders, batch, i);
      else if (batch.kind[i] === EventKind.trade) writeTrade(rows, book, batch, i);
      else {
        book.clear();
        for (const ladder of ladders) ladder.clear();
        rows.add(CLEAR, 0, 0);
      }
    }
  return rows.close();
}

type Ladders = readonly [Map<number, number>, Map<number, number>];

function writeDepth(rows: RowFile, book: Book, ladders: Ladders, batch: EventBatch, i: number): void {
  const [operation, side, position] = [batch.operation[i]!, batch.side[i]!, batch.position[i]!];
  const start = side * book.levels;
  const before = position < book.count[side]! ? book.priceTicks[start + position]! : null;
  const counted = book.counters.outOfRange;
  book.apply(operation, side, position, batch.priceTicks[i]!, batch.size[i]!);
  const ladder = ladders[side as 0 | 1];
  const set = (ticks: number, size: number) => {
    rows.add(DEPTH + (side === Side.bid ? BUY : SELL), ticks, size);
    if (size === 0) ladder.delete(ticks);
    else ladder.set(ticks, size);
  };
  if (book.counters.outOfRange > counted) rows.add(DEPTH, 0, 0);
  else if (operation === DepthOperation.delete) set(before!, 0);
  else {
    if (operation === DepthOperation.update && before !== null && before !== batch.priceTicks[i]) set(before, 0);
    set(batch.priceTicks[i]!, batch.size[i]!);
    if (position === book.count[side]! - 1 && position > 0) {
      const outward = side === Side.ask ? 1 : -1;
      const last = book.priceTicks[start + position]!;
      for (
        let ticks = book.priceTicks[start + position - 1]! + outward;
        ticks * outward < last * outward;
        ticks += outward
      )
        if (ladder.has(ticks)) set(ticks, 0);
    }
  }
}

function writeTrade(rows: RowFile, book: Book, batch: EventBatch, i: number): void {
  const ticks = batch.priceTicks[i]!;
  const [ask, bid] = [book.priceTicks[0]!, book.priceTicks[book.levels]!];
  const known = batch.side[i]!;
  const quoted =
    book.count[Side.ask]! > 0 && ticks >= ask
      ? Side.bid
      : book.count[Side.bid]! > 0 && ticks <= bid
        ? Side.ask
        : Side.none;
  const side = known === Side.none ? quoted : known;
  rows.add(TRADE + (side === Side.bid ? BUY : side === Side.ask ? SELL : 0), ticks, batch.size[i]!);
}

class RowFile {
  private readonly descriptor: number;
  private readonly bytes = Buffer.alloc(ROWS_IN_BUFFER * ROW_BYTES);
  private filled = 0;
  private rows = 0;
  private localNs = 0n;

  constructor(
    file: string,
    private readonly tickSize: number,
    private readonly feedLatencyNs: number,
  ) {
    this.descriptor = openSync(file, 'w');
  }

  /** The rows that follow have the times of this event. */
  at(batch: EventBatch, i: number): void {
    this.localNs = batch.baseNs + BigInt(batch.tsRecvNs[i]!);
  }

  add(event: number, ticks: number, size: number): void {
    const { bytes, filled } = this;
    bytes.fill(0, filled, filled + ROW_BYTES);
    bytes.writeBigUInt64LE(BigInt(event + BOTH_SIDES_SEE), filled);
    bytes.writeBigInt64LE(this.localNs - BigInt(this.feedLatencyNs), filled + 8);
    bytes.writeBigInt64LE(this.localNs, filled + 16);
    bytes.writeDoubleLE(ticks * this.tickSize, filled + 24);
    bytes.writeDoubleLE(size, filled + 32);
    this.filled += ROW_BYTES;
    this.rows++;
    if (this.filled === bytes.length) this.flush();
  }

  close(): number {
    this.flush();
    closeSync(this.descriptor);
    return this.rows;
  }

  private flush(): void {
    for (let at = 0; at < this.filled; ) at += writeSync(this.descriptor, this.bytes, at, this.filled - at);
    this.filled = 0;
  }
}
