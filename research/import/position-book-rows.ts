import { Book } from '../../shared/book/book.js';
import { DepthOperation, type EventBatch, EventKind, Side } from '../../shared/events/event-batch.js';
import type { TickScale } from '../../shared/events/tick-scale.js';
import { Action, BOOK_LEVELS, Flag } from '../store/datasets.js';
import type { RowSink } from '../store/row-sink.js';
import { BookColumns } from './book-columns.js';

/** Actions of the operations, by IB's number: insert, update, delete. */
const ACTION_OF_OPERATION = [Action.add, Action.modify, Action.cancel] as const;

/** Events of a position-addressed feed -> one mbp10 row an event: the event, and the book after it. */
export class PositionBookRows {
  readonly book = new Book(BOOK_LEVELS);
  private readonly columns: BookColumns;
  /** Prices of the book's levels in points, kept beside its ticks. */
  private readonly levelPrice = new Float64Array(2 * BOOK_LEVELS);

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
      const row = columns.next(baseMs + sinceBaseNs / 1e6);
      const low = baseLow + sinceBaseNs;
      columns.tsRecv[2 * row] = low | 0;
      columns.tsRecv[2 * row + 1] = baseHigh + Math.floor(low / 2 ** 32);
      const seq = batch.seq[i]!;
      columns.sequence[2 * row] = seq | 0;
      columns.sequence[2 * row + 1] = Math.floor(seq / 2 ** 32);
      this.storeEvent(batch, i, row);
      this.storeLevels(row, Side.ask);
      this.storeLevels(row, Side.bid);
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

  private storeLevels(row: number, side: number): void {
    const { columns, book, levelPrice } = this;
    const start = side * BOOK_LEVELS;
    const end = start + book.count[side]!;
    for (let k = start; k < end; k++) {
      columns.levelPrice[k]![row] = levelPrice[k]!;
      columns.levelSize[k]![row] = book.size[k]!;
    }
    for (let k = end; k < start + BOOK_LEVELS; k++) columns.setLevelNull(k, row);
  }
}
