import { Book } from '../../shared/book/book.js';
import { DepthOperation, type EventBatch, EventKind } from '../../shared/events/event-batch.js';
import type { TickScale } from '../../shared/events/tick-scale.js';
import { Action, BOOK_LEVELS, Flag } from '../store/datasets.js';
import type { RowSink } from '../store/row-sink.js';
import { BookColumns } from './book-columns.js';

/** Actions of the operations, by IB's number: insert, update, delete. */
const ACTION_OF_OPERATION = [Action.add, Action.modify, Action.cancel] as const;

/** Rows whose levels are gathered before they are spread over the columns: they stay in the fastest cache. */
const GATHERED_ROWS = 64;
/** Prices of both sides, then sizes of both sides. */
const ROW_VALUES = 4 * BOOK_LEVELS;

/** Events of a position-addressed feed -> one mbp10 row an event: the event, and the book after it. */
export class PositionBookRows {
  readonly book = new Book(BOOK_LEVELS);
  private readonly columns: BookColumns;
  /** Prices of the book's levels in points, kept beside its ticks. */
  private readonly levelPrice = new Float64Array(2 * BOOK_LEVELS);
  /** Levels of the last rows, row by row: writing forty columns a row at a time would miss the cache forty times. */
  private readonly gathered = new Float64Array(GATHERED_ROWS * ROW_VALUES);
  private gatheredRows = 0;
  private firstRow = 0;

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
    const baseMs = Number(batch.baseNs / 1_000_000n);
    const baseHigh = Number(batch.baseNs >> 32n);
    const baseLow = Number(batch.baseNs & 0xffff_ffffn);
    const { columns } = this;
    for (let i = 0; i < batch.length; i++) {
      const sinceBaseNs = batch.tsRecvNs[i]!;
      const ms = baseMs + sinceBaseNs / 1e6;
      if (this.gatheredRows === GATHERED_ROWS || !columns.hasRoom(ms)) this.spread();
      const row = columns.next(ms);
      const low = baseLow + sinceBaseNs;
      columns.tsRecv[2 * row] = low | 0;
      columns.tsRecv[2 * row + 1] = baseHigh + Math.floor(low / 2 ** 32);
      const seq = batch.seq[i]!;
      columns.sequence[2 * row] = seq | 0;
      columns.sequence[2 * row + 1] = Math.floor(seq / 2 ** 32);
      this.storeEvent(batch, i, row);
      this.gather(row);
    }
    this.spread();
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
      this.applyDepth(operation, side, batch.position[i]!, batch.priceTicks[i]!, batch.size[i]!);
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

  private applyDepth(operation: number, side: number, position: number, priceTicks: number, size: number): void {
    const { book } = this;
    const isSamePrice = operation === DepthOperation.update && position < book.count[side]!;
    book.apply(operation, side, position, priceTicks, size);
    const start = side * BOOK_LEVELS;
    if (isSamePrice) this.levelPrice[start + position] = this.scale.priceOf(priceTicks);
    else for (let k = start; k < start + BOOK_LEVELS; k++) this.levelPrice[k] = this.scale.priceOf(book.priceTicks[k]!);
  }

  private gather(row: number): void {
    const { gathered, levelPrice, columns } = this;
    const { size, count } = this.book;
    if (this.gatheredRows === 0) this.firstRow = row;
    const start = this.gatheredRows++ * ROW_VALUES;
    for (let k = 0; k < 2 * BOOK_LEVELS; k++) {
      gathered[start + k] = levelPrice[k]!;
      gathered[start + 2 * BOOK_LEVELS + k] = size[k]!;
    }
    for (let side = 0; side < 2; side++)
      for (let level = count[side]!; level < BOOK_LEVELS; level++)
        columns.setLevelNull(side * BOOK_LEVELS + level, row);
  }

  /** Stores the levels of the rows that were gathered, column by column. */
  private spread(): void {
    const { gathered, firstRow, gatheredRows } = this;
    this.gatheredRows = 0;
    if (gatheredRows === 0) return;
    for (let k = 0; k < 2 * BOOK_LEVELS; k++) {
      spreadColumn(gathered, k, this.columns.levelPrice[k]!, firstRow, gatheredRows);
      spreadColumn(gathered, 2 * BOOK_LEVELS + k, this.columns.levelSize[k]!, firstRow, gatheredRows);
    }
  }
}

function spreadColumn(
  gathered: Float64Array,
  from: number,
  column: Float64Array | Int32Array,
  firstRow: number,
  rows: number,
): void {
  for (let j = 0; j < rows; j++) column[firstRow + j] = gathered[j * ROW_VALUES + from]!;
}
