import { Action, Flag } from '../store/datasets.js';
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

/** Stores the columns that all feeds' trades have. @returns the row, for what only this feed has */
export function storeTrade(sink: RowSink, trade: TradeRow): number {
  const ns = trade.tsRecvNs ?? trade.tsEventNs!;
  const row = sink.next(Number(ns / 1_000_000n));
  const { block } = sink;
  block.setInt64('ts_recv', row, trade.tsRecvNs);
  block.setInt64('ts_event', row, trade.tsEventNs);
  block.setInt32('rtype', row, 0);
  block.setCode('action', row, Action.trade);
  block.setCode('side', row, trade.side);
  block.setInt32('depth', row, 0);
  block.setFloat64('price', row, trade.price);
  block.setFloat64('size', row, trade.size);
  block.setInt32('flags', row, Flag.last);
  block.setInteger('sequence', row, trade.sequence);
  return row;
}
