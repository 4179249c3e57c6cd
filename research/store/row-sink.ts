import { ColumnBlock } from './column-block.js';
import { columnsOf, type DatasetName, type Shape } from './datasets.js';
import { type DayRule, type TradeDay, TradeDays } from './trade-day.js';

/** Rows of one object at most: a megabyte or two, one row group. */
export const SHARD_ROWS_MAX = 131_072;

/** What the rows of a sink are. */
export interface RowKind extends Shape {
  readonly dataset: DatasetName;
  readonly instrument: string;
  readonly dayRule: DayRule;
}

/** A block of rows that is complete, and where it belongs. */
export interface FullBlock {
  readonly kind: RowKind;
  readonly tradeDate: string;
  readonly block: ColumnBlock;
}

/**
 * Takes the rows of one dataset and instrument in the order of their file, and cuts them into blocks: at the end of a
 * trade date, and where an object would get too large. Where it cuts depends on the rows alone.
 */
export class RowSink {
  /** Where `next` told to store. */
  block!: ColumnBlock;
  private day: TradeDay | null = null;
  private readonly days: TradeDays;
  private readonly columns;

  /** @param spare blocks that were written and can be used again */
  constructor(
    readonly kind: RowKind,
    private readonly onFull: (full: FullBlock) => void,
    private readonly spare: ColumnBlock[],
  ) {
    this.days = new TradeDays(kind.dayRule, kind.instrument);
    this.columns = columnsOf(kind.dataset, kind);
    this.block = this.freshBlock();
  }

  /** False where no trade date is known for a time: such a row cannot be taken. */
  isDatable(ms: number): boolean {
    return this.days.at(ms) !== null;
  }

  /** The row of `block` to store the next values into. @param ms a datable time */
  next(ms: number): number {
    const day = this.days.at(ms);
    if (day !== this.day) this.startDay(day);
    if (this.block.rows === this.block.capacityRows && !this.block.grow()) this.flush();
    return this.block.rows++;
  }

  /** Hands on what it holds. */
  flush(): void {
    if (this.block.rows === 0) return;
    this.onFull({ kind: this.kind, tradeDate: this.day!.tradeDate, block: this.block });
    this.block = this.freshBlock();
  }

  private startDay(day: TradeDay | null): void {
    if (!day) throw new RangeError('a row belongs to no trade date');
    if (day.tradeDate !== this.day?.tradeDate) this.flush();
    this.day = day;
  }

  private freshBlock(): ColumnBlock {
    const index = this.spare.findIndex(({ columns }) => columns === this.columns);
    if (index >= 0) return this.spare.splice(index, 1)[0]!;
    return new ColumnBlock(this.columns, SHARD_ROWS_MAX, this.block?.capacityRows);
  }
}
