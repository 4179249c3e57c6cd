import type { ColumnBlock, ColumnData } from '../store/column-block.js';
import type { ColumnRuns } from '../store/column-runs.js';
import { BOOK_LEVELS } from '../store/datasets.js';
import type { RowSink } from '../store/row-sink.js';

/** Which columns a feed has at all; the others are NULL. */
export interface BookFields {
  readonly tsRecv: boolean;
  readonly tsEvent: boolean;
  readonly sequence: boolean;
  /** Number of orders at each level. */
  readonly counts: boolean;
  /** publisher_id, instrument_id, ts_in_delta. */
  readonly ids: boolean;
  readonly levels: number;
  /** Store into `priceRuns` and `sizeRuns`, not into arrays: for feeds where a row changes few of the levels. */
  readonly levelRuns?: true;
}

/**
 * The arrays of an mbp10 sink, bound for hot loops: `const row = columns.next(ms)`, then store into the arrays at `row`.
 * Every array that the feed has must be given a value in every row, or `setNull`.
 *
 * Levels are indexed `side * 10 + level` with IB's side numbers (ask 0, bid 1), as `Book` does.
 */
export class BookColumns {
  tsRecv = new Int32Array(0);
  tsEvent = new Int32Array(0);
  action = new Uint8Array(0);
  side = new Uint8Array(0);
  depth = new Int32Array(0);
  price = new Float64Array(0);
  size: Int32Array | Float64Array = new Int32Array(0);
  flags = new Int32Array(0);
  sequence = new Int32Array(0);
  publisherId = new Int32Array(0);
  instrumentId = new Int32Array(0);
  tsInDelta = new Int32Array(0);
  readonly levelPrice: Float64Array[] = [];
  readonly levelSize: (Int32Array | Float64Array)[] = [];
  readonly levelCount: Int32Array[] = [];
  readonly priceRuns: ColumnRuns[] = [];
  readonly sizeRuns: ColumnRuns[] = [];

  private rtype = new Int32Array(0);
  private block: ColumnBlock | null = null;
  private capacityRows = 0;
  private readonly levelData: { price: ColumnData; size: ColumnData; count: ColumnData | null }[] = [];
  private priceData!: ColumnData;

  constructor(
    private readonly sink: RowSink,
    private readonly fields: BookFields,
  ) {}

  next(ms: number): number {
    const row = this.sink.next(ms);
    const { block } = this.sink;
    if (block !== this.block || block.capacityRows !== this.capacityRows) this.bind(block);
    this.rtype[row] = this.fields.levels;
    return row;
  }

  /** There is no such level. @param index `side * 10 + level` */
  setLevelNull(index: number, row: number): void {
    const { price, size, count } = this.levelData[index]!;
    price.setNull(row, this.capacityRows);
    size.setNull(row, this.capacityRows);
    count?.setNull(row, this.capacityRows);
  }

  setPriceNull(row: number): void {
    this.priceData.setNull(row, this.capacityRows);
  }

  private bind(block: ColumnBlock): void {
    const { fields } = this;
    this.block = block;
    this.capacityRows = block.capacityRows;
    const array = <T>(name: string) => block.column(name).values as T;
    if (fields.tsRecv) this.tsRecv = array('ts_recv');
    if (fields.tsEvent) this.tsEvent = array('ts_event');
    this.rtype = array('rtype');
    this.action = array('action');
    this.side = array('side');
    this.depth = array('depth');
    this.price = array('price');
    this.priceData = block.column('price');
    this.size = array('size');
    this.flags = array('flags');
    if (fields.sequence) this.sequence = array('sequence');
    if (fields.ids) {
      this.publisherId = array('publisher_id');
      this.instrumentId = array('instrument_id');
      this.tsInDelta = array('ts_in_delta');
    }
    for (const [side, word] of ['ask', 'bid'].entries())
      for (let level = 0; level < fields.levels; level++) {
        const index = side * BOOK_LEVELS + level;
        const nameOf = (part: string) => `${word}_${part}_${String(level).padStart(2, '0')}`;
        if (fields.levelRuns) this.bindRuns(block, index, nameOf);
        else this.bindArrays(block, index, nameOf);
      }
  }

  private bindRuns(block: ColumnBlock, index: number, nameOf: (part: string) => string): void {
    const [price, size] = [block.columnOfRuns(nameOf('px')), block.columnOfRuns(nameOf('sz'))];
    this.levelData[index] = { price, size, count: null };
    this.priceRuns[index] = price.runs;
    this.sizeRuns[index] = size.runs;
  }

  private bindArrays(block: ColumnBlock, index: number, nameOf: (part: string) => string): void {
    const [price, size] = [block.column(nameOf('px')), block.column(nameOf('sz'))];
    const count = this.fields.counts ? block.column(nameOf('ct')) : null;
    this.levelData[index] = { price, size, count };
    this.levelPrice[index] = price.values as Float64Array;
    this.levelSize[index] = size.values as Int32Array;
    if (count) this.levelCount[index] = count.values as Int32Array;
  }
}
