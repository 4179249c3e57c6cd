import type { ColumnBlock, ColumnData } from '../store/column-block.js';
import { Action, Flag } from '../store/datasets.js';
import type { SplitNs } from '../store/int64-words.js';
import type { RowSink } from '../store/row-sink.js';

/** One trade; what a feed does not say is null. */
export interface TradeRow {
  /** ns since the epoch. */
  readonly tsRecvNs: bigint | null;
  readonly tsEventNs: bigint | null;
  readonly price: number;
  readonly size: number;
  /** IB's side number of the aggressor; 2 where unknown. */
  readonly side: number;
  readonly sequence: number | null;
}

/** Stores the columns that all feeds' trades have. Each method returns the row, for what only this feed has. */
export class TradeRows {
  private block: ColumnBlock | null = null;
  private columns!: TradeColumns;

  constructor(readonly sink: RowSink) {}

  store(trade: TradeRow): number {
    const ns = trade.tsRecvNs ?? trade.tsEventNs!;
    const row = this.next(Number(ns / 1_000_000n), trade);
    const { columns } = this;
    const { capacityRows } = this.sink.block;
    columns.tsRecv.setInt64(row, trade.tsRecvNs, capacityRows);
    columns.tsEvent.setInt64(row, trade.tsEventNs, capacityRows);
    return row;
  }

  /** A trade with a receive time alone, without a bigint for it. */
  storeReceived(times: SplitNs, sinceBaseNs: number, trade: Omit<TradeRow, 'tsRecvNs' | 'tsEventNs'>): number {
    const row = this.next(times.baseMs + sinceBaseNs / 1e6, trade);
    times.store(this.columns.tsRecv.values as Int32Array, row, sinceBaseNs);
    this.columns.tsEvent.setNull(row, this.sink.block.capacityRows);
    return row;
  }

  private next(ms: number, { price, size, side, sequence }: Omit<TradeRow, 'tsRecvNs' | 'tsEventNs'>): number {
    const row = this.sink.next(ms);
    const { block } = this.sink;
    if (block !== this.block) this.columns = columnsOf(block);
    this.block = block;
    const { columns } = this;
    const { capacityRows } = block;
    columns.rtype.setNumber(row, 0, capacityRows);
    columns.action.setNumber(row, Action.trade, capacityRows);
    columns.side.setNumber(row, side, capacityRows);
    columns.depth.setNumber(row, 0, capacityRows);
    columns.price.setNumber(row, price, capacityRows);
    columns.size.setNumber(row, size, capacityRows);
    columns.flags.setNumber(row, Flag.last, capacityRows);
    columns.sequence.setInteger(row, sequence, capacityRows);
    return row;
  }
}

type TradeColumns = Readonly<
  Record<
    'tsRecv' | 'tsEvent' | 'rtype' | 'action' | 'side' | 'depth' | 'price' | 'size' | 'flags' | 'sequence',
    ColumnData
  >
>;

/** Found by name once a block, not once a row. */
function columnsOf(block: ColumnBlock): TradeColumns {
  return {
    tsRecv: block.column('ts_recv'),
    tsEvent: block.column('ts_event'),
    rtype: block.column('rtype'),
    action: block.column('action'),
    side: block.column('side'),
    depth: block.column('depth'),
    price: block.column('price'),
    size: block.column('size'),
    flags: block.column('flags'),
    sequence: block.column('sequence'),
  };
}
