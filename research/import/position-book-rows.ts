import { Book } from '../../shared/market/book/book.js';
import { DepthOperation, type EventBatch, EventKind } from '../../shared/market/events/event-batch.js';
import type { TickScale } from '../../shared/market/events/tick-scale.js';
import { Action, BOOK_LEVELS, Flag } from '../store/datasets.js';
import { SplitNs, storeInteger } from '../store/int64-words.js';
import type { RowSink } from '../store/row-sink.js';
import { BookColumns } from './book-columns.js';

/** Actions of the operations, by IB's number: insert, update, delete. */
const ACTION_OF_OPERATION = [Action.add, Action.modify, Action.cancel] as const;

const LEVELS = 2 * BOOK_LEVELS;

/**
 * Events of a position-addressed feed -> one mbp10 row an event: the event, and the book after it. An event changes few
 * of the forty level columns, so only what changes is stored.
 */
export class PositionBookRows {
  readonly book = new Book(BOOK_LEVELS);
  private readonly columns: BookColumns;
  /** What the levels of the last row hold, as `Book` indexes them: prices in ticks and in points, contracts. */
  private readonly ticks = new Int32Array(LEVELS);
  private readonly price = new Float64Array(LEVELS);
  private readonly size = new Float64Array(LEVELS);

  constructor(
    sink: RowSink,
    private readonly scale: TickScale,
  ) {
    this.columns = new BookColumns(sink, {
      tsRecv: true,
      tsEvent: false,
      sequence: true,
      counts: false,
      ids: false,
      levels: BOOK_LEVELS,
      levelRuns: true,
    });
  }

  append(batch: EventBatch): void {
    const times = new SplitNs(batch.baseNs);
    const { columns } = this;
    for (let i = 0; i < batch.length; i++) {
      const sinceBaseNs = batch.tsRecvNs[i]!;
      const row = columns.next(times.baseMs + sinceBaseNs / 1e6);
      if (row === 0) this.beginLevels();
      times.store(columns.tsRecv, row, sinceBaseNs);
      storeInteger(columns.sequence, row, batch.seq[i]!);
      this.storeEvent(batch, i, row);
      this.storeMissingLevels(row);
    }
  }

  private storeEvent(batch: EventBatch, i: number, row: number): void {
    const { columns } = this;
    const side = batch.side[i]!;
    const kind = batch.kind[i]!;
    columns.side[row] = side;
    columns.depth[row] = batch.position[i]!;
    columns.size[row] = batch.size[i]!;
    columns.flags[row] = batch.last[i]! * Flag.last;
    if (kind === EventKind.depth) {
      const operation = batch.operation[i]!;
      columns.action[row] = ACTION_OF_OPERATION[operation]!;
      columns.price[row] = this.scale.priceOf(batch.priceTicks[i]!);
      this.applyDepth(row, operation, side, batch.position[i]!, batch.priceTicks[i]!, batch.size[i]!);
    } else if (kind === EventKind.trade) {
      columns.action[row] = Action.trade;
      columns.price[row] = this.scale.priceOf(batch.priceTicks[i]!);
    } else {
      columns.setPriceNull(row);
      columns.action[row] = kind === EventKind.reset ? Action.clear : Action.none;
      if (kind === EventKind.reset) this.book.clear();
      else columns.flags[row]! |= Flag.maybeBadBook;
    }
  }

  private applyDepth(
    row: number,
    operation: number,
    side: number,
    position: number,
    priceTicks: number,
    size: number,
  ): void {
    const { book } = this;
    const movesNone = operation === DepthOperation.update && position < book.count[side]!;
    book.apply(operation, side, position, priceTicks, size);
    const first = side * BOOK_LEVELS + position;
    const end = movesNone ? first + 1 : (side + 1) * BOOK_LEVELS;
    for (let level = first; level < end; level++) {
      if (book.size[level] !== this.size[level]) {
        this.size[level] = book.size[level]!;
        this.columns.sizeRuns[level]!.push(row, this.size[level]!);
      }
      if (book.priceTicks[level] !== this.ticks[level]) {
        this.ticks[level] = book.priceTicks[level]!;
        this.price[level] = this.scale.priceOf(this.ticks[level]!);
        this.columns.priceRuns[level]!.push(row, this.price[level]!);
      }
    }
  }

  private storeMissingLevels(row: number): void {
    const { count } = this.book;
    for (let side = 0; side < 2; side++)
      for (let level = count[side]!; level < BOOK_LEVELS; level++)
        this.columns.setLevelNull(side * BOOK_LEVELS + level, row);
  }

  /** A new block begins with the book as it is. */
  private beginLevels(): void {
    for (let level = 0; level < LEVELS; level++) {
      this.columns.priceRuns[level]!.push(0, this.price[level]!);
      this.columns.sizeRuns[level]!.push(0, this.size[level]!);
    }
  }
}
