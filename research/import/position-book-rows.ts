import { Book } from '../../shared/book/book.js';
import { DepthOperation, type EventBatch, EventKind } from '../../shared/events/event-batch.js';
import type { TickScale } from '../../shared/events/tick-scale.js';
import { Action, BOOK_LEVELS, Flag } from '../store/datasets.js';
import { SplitNs, storeInteger } from '../store/int64-words.js';
import type { RowSink } from '../store/row-sink.js';
import { BookColumns } from './book-columns.js';

/** Actions of the operations, by IB's number: insert, update, delete. */
const ACTION_OF_OPERATION = [Action.add, Action.modify, Action.cancel] as const;

const LEVELS = 2 * BOOK_LEVELS;

/**
 * Events of a position-addressed feed -> one mbp10 row an event: the event, and the book after it. An event changes few
 * of the forty level columns, so a column is written when its value ends, for all rows since it began.
 */
export class PositionBookRows {
  readonly book = new Book(BOOK_LEVELS);
  private readonly columns: BookColumns;
  /** What the levels hold since the rows below, as `Book` indexes them; prices in ticks and in points. */
  private readonly ticks = new Int32Array(LEVELS);
  private readonly price = new Float64Array(LEVELS);
  private readonly size = new Float64Array(LEVELS);
  /** The first row of the block that a column does not hold yet. */
  private readonly priceFrom = new Int32Array(LEVELS);
  private readonly sizeFrom = new Int32Array(LEVELS);
  /** Behind the last row. */
  private endRow = 0;

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
    });
  }

  append(batch: EventBatch): void {
    const times = new SplitNs(batch.baseNs);
    const { columns } = this;
    for (let i = 0; i < batch.length; i++) {
      const sinceBaseNs = batch.tsRecvNs[i]!;
      const ms = times.baseMs + sinceBaseNs / 1e6;
      if (!columns.hasRoom(ms)) this.writeLevels();
      const row = columns.next(ms);
      if (row !== this.endRow) this.beginLevels(row);
      this.endRow = row + 1;
      times.store(columns.tsRecv, row, sinceBaseNs);
      storeInteger(columns.sequence, row, batch.seq[i]!);
      this.storeEvent(batch, i, row);
      this.storeMissingLevels(row);
    }
    this.writeLevels();
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
        this.writeSize(level, row);
        this.size[level] = book.size[level]!;
      }
      if (book.priceTicks[level] !== this.ticks[level]) {
        this.writePrice(level, row);
        this.ticks[level] = book.priceTicks[level]!;
        this.price[level] = this.scale.priceOf(this.ticks[level]!);
      }
    }
  }

  private storeMissingLevels(row: number): void {
    const { count } = this.book;
    for (let side = 0; side < 2; side++)
      for (let level = count[side]!; level < BOOK_LEVELS; level++)
        this.columns.setLevelNull(side * BOOK_LEVELS + level, row);
  }

  private beginLevels(row: number): void {
    this.priceFrom.fill(row);
    this.sizeFrom.fill(row);
  }

  private writeLevels(): void {
    for (let level = 0; level < LEVELS; level++) {
      this.writePrice(level, this.endRow);
      this.writeSize(level, this.endRow);
    }
  }

  private writePrice(level: number, endRow: number): void {
    const column = this.columns.levelPrice[level];
    const price = this.price[level]!;
    for (let row = this.priceFrom[level]!; row < endRow; row++) column![row] = price;
    this.priceFrom[level] = endRow;
  }

  private writeSize(level: number, endRow: number): void {
    const column = this.columns.levelSize[level];
    const size = this.size[level]!;
    for (let row = this.sizeFrom[level]!; row < endRow; row++) column![row] = size;
    this.sizeFrom[level] = endRow;
  }
}
