import { CONTRACTS_MAX } from '../../../shared/fields/contracts.js';
import { Action, BOOK_LEVELS, Flag } from '../../store/datasets.js';
import type { RowSink } from '../../store/row-sink.js';
import { BookColumns } from '../book-columns.js';
import { NANOS_PER_POINT, storeBook } from '../price-book-rows.js';
import { TradeRows } from '../trade-rows.js';
import { NOT_SHOWN, OrderBook } from './order-book.js';
import { ACTION_CODE, type RecordView, SIDE_CODE } from './record.js';

/** Where the fields of a market record lie, by its kind. Offsets in bytes. */
interface Layout {
  readonly price: number;
  readonly size: number;
  readonly action: number;
  readonly side: number;
  readonly flags: number;
  readonly tsRecv: number;
}
const MBO: Layout = { price: 24, size: 32, action: 38, side: 39, flags: 36, tsRecv: 40 };
const MBP: Layout = { price: 16, size: 24, action: 28, side: 29, flags: 30, tsRecv: 32 };
const ORDER_ID = 16;
const TS_EVENT = 8;
const MBP_DEPTH = 31;
const MBP_LEVELS = 48;
const LEVEL_BYTES = 32;

/** Market records of one instrument -> rows of mbp10 and ticks. Each store method says what is wrong with a record, or null. */
export class MarketRows {
  readonly orderBook = new OrderBook();
  private readonly books = new Map<number, BookColumns>();
  private ticks: TradeRows | null = null;
  /** Rows of an exchange event were stored, but not its end. */
  private isEventOpen = false;

  constructor(
    private readonly bookSink: () => RowSink,
    private readonly tickSink: () => RowSink,
  ) {}

  /**
   * Market by order: a row where one of the ten best levels may have changed, or a trade was made; and where an exchange
   * event ends that has such rows, so that its end is seen.
   */
  storeMbo(record: RecordView): string | null {
    const fault = faultOf(record, MBO);
    if (fault) return fault;
    const action = ACTION_CODE[record.byte(MBO.action)]!;
    const level = this.applyOrder(record, action);
    if (typeof level === 'string') return level;
    if (action === Action.trade) this.storeTick(record, MBO);
    const isLast = (record.byte(MBO.flags) & Flag.last) !== 0;
    const isShown = level !== NOT_SHOWN && level < BOOK_LEVELS;
    if (!isShown && !(isLast && this.isEventOpen)) return null;
    this.isEventOpen = !isLast;
    const columns = this.columnsFor(BOOK_LEVELS);
    const row = storeEvent(columns, record, MBO, Math.max(0, level));
    storeBook(columns, this.orderBook.levels, row, true);
    return null;
  }

  /** Market by price: the record is the row. @param levels 1 or 10 */
  storeMbp(record: RecordView, levels: number): string | null {
    const fault = faultOf(record, MBP) ?? levelFaultOf(record, levels);
    if (fault) return fault;
    if (ACTION_CODE[record.byte(MBP.action)] === Action.trade) this.storeTick(record, MBP);
    const columns = this.columnsFor(levels);
    const row = storeEvent(columns, record, MBP, record.byte(MBP_DEPTH));
    for (let level = 0; level < levels; level++) storeLevel(columns, record, level, row);
    return null;
  }

  storeTrade(record: RecordView): string | null {
    const fault = faultOf(record, MBP);
    if (fault !== null) return fault;
    if (ACTION_CODE[record.byte(MBP.action)] !== Action.trade) return 'is a trade whose action says that it is none';
    this.storeTick(record, MBP);
    return null;
  }

  /** @returns the level that changed, NOT_SHOWN, or what is wrong */
  private applyOrder(record: RecordView, action: number): number | string {
    const { orderBook } = this;
    if (action === Action.clear) {
      orderBook.clear();
      return 0;
    }
    if (action === Action.trade) return 0;
    if (action === Action.fill || action === Action.none) return NOT_SHOWN;
    const side = SIDE_CODE[record.byte(MBO.side)]!;
    const price = record.price(MBO.price);
    if ((record.byte(MBO.flags) & Flag.topOfBook) !== 0)
      return 'is top-of-book data among orders, which is not supported';
    if (side > 1) return 'is an order of neither side';
    if (Number.isNaN(price)) return 'is an order without a price';
    const id = record.id(ORDER_ID);
    const size = record.uint32(MBO.size);
    if (action === Action.add) return orderBook.add(id, side as 0 | 1, price, size);
    if (action === Action.cancel) return orderBook.cancel(id, size);
    return orderBook.modify(id, side as 0 | 1, price, size);
  }

  private storeTick(record: RecordView, layout: Layout): void {
    this.ticks ??= new TradeRows(this.tickSink());
    const row = this.ticks.store({
      tsRecvNs: record.time(layout.tsRecv),
      tsEventNs: record.time(TS_EVENT),
      price: record.price(layout.price) / NANOS_PER_POINT,
      size: record.uint32(layout.size),
      side: SIDE_CODE[record.byte(layout.side)]!,
      sequence: record.uint32(layout.tsRecv + 12),
    });
    const { block } = this.ticks.sink;
    block.setInt32('publisher_id', row, record.publisherId);
    block.setInteger('instrument_id', row, record.instrumentId);
    block.setInt32('ts_in_delta', row, record.int32(layout.tsRecv + 8));
    block.setInt32('flags', row, record.byte(layout.flags));
  }

  private columnsFor(levels: number): BookColumns {
    const known = this.books.get(levels);
    if (known) return known;
    const fields = { tsRecv: true, tsEvent: true, sequence: true, counts: true, ids: true, levels };
    const columns = new BookColumns(this.bookSink(), fields);
    this.books.set(levels, columns);
    return columns;
  }
}

/** What is wrong with the fields that all market records have. */
function faultOf(record: RecordView, layout: Layout): string | null {
  const action = ACTION_CODE[record.byte(layout.action)]!;
  if (action < 0) return `its action is ${record.byte(layout.action)}`;
  if (SIDE_CODE[record.byte(layout.side)]! < 0) return `its side is ${record.byte(layout.side)}`;
  if (record.uint32(layout.size) > CONTRACTS_MAX) return `its size is ${record.uint32(layout.size)}`;
  if (record.isPriceBeyond(layout.price)) return 'its price is beyond 2^53 units of 1e-9';
  if (record.int32(TS_EVENT + 4) < 0)
    return record.time(TS_EVENT) === null ? 'has no event time' : 'its event time is beyond the year 2262';
  if (action === Action.trade && Number.isNaN(record.price(layout.price))) return 'is a trade without a price';
  return null;
}

function levelFaultOf(record: RecordView, levels: number): string | null {
  for (let level = 0; level < levels; level++) {
    const at = MBP_LEVELS + level * LEVEL_BYTES;
    // Sizes and counts of both sides: the highest bit of each.
    const bits = record.int32(at + 16) | record.int32(at + 20) | record.int32(at + 24) | record.int32(at + 28);
    if (bits < 0) return `a size or count of its level ${level} is beyond ${CONTRACTS_MAX}`;
    if (record.isPriceBeyond(at) || record.isPriceBeyond(at + 8))
      return `a price of its level ${level} is beyond 2^53 units of 1e-9`;
  }
  return null;
}

function storeEvent(columns: BookColumns, record: RecordView, layout: Layout, level: number): number {
  const row = columns.next(record.ms(layout.tsRecv));
  const words = 2 * row;
  columns.tsRecv[words] = record.int32(layout.tsRecv);
  columns.tsRecv[words + 1] = record.int32(layout.tsRecv + 4);
  columns.tsEvent[words] = record.int32(TS_EVENT);
  columns.tsEvent[words + 1] = record.int32(TS_EVENT + 4);
  columns.sequence[words] = record.int32(layout.tsRecv + 12);
  columns.sequence[words + 1] = 0;
  columns.action[row] = ACTION_CODE[record.byte(layout.action)]!;
  columns.side[row] = SIDE_CODE[record.byte(layout.side)]!;
  columns.depth[row] = level;
  columns.size[row] = record.uint32(layout.size);
  columns.flags[row] = record.byte(layout.flags);
  columns.publisherId[row] = record.publisherId;
  columns.instrumentId[words] = record.instrumentId | 0;
  columns.instrumentId[words + 1] = 0;
  columns.tsInDelta[row] = record.int32(layout.tsRecv + 8);
  const price = record.price(layout.price);
  if (Number.isNaN(price)) columns.setPriceNull(row);
  else columns.price[row] = price / NANOS_PER_POINT;
  return row;
}

/** Level `level` of both sides, as they stand in an MBP record: bid, ask prices, sizes, counts. */
function storeLevel(columns: BookColumns, record: RecordView, level: number, row: number): void {
  const at = MBP_LEVELS + level * LEVEL_BYTES;
  for (const [side, offset] of [8, 0].entries()) {
    const index = side * BOOK_LEVELS + level;
    const price = record.price(at + offset);
    if (Number.isNaN(price)) columns.setLevelNull(index, row);
    else {
      columns.levelPrice[index]![row] = price / NANOS_PER_POINT;
      columns.levelSize[index]![row] = record.uint32(at + 16 + offset / 2);
      columns.levelCount[index]![row] = record.uint32(at + 24 + offset / 2);
    }
  }
}
