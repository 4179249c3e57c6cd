import type { RowSink } from '../../store/row-sink.js';
import { NANOS_PER_POINT } from '../price-book-rows.js';
import { BAR_SECONDS, type RecordView } from './record.js';

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const FIELDS = ['open', 'high', 'low', 'close'] as const;

/** Stores an OHLCV record as a bar; its time is that of the bar's beginning. @returns what is wrong with it, or null */
export function storeBar(record: RecordView, sink: RowSink): string | null {
  const prices = FIELDS.map((_, index) => record.price(16 + 8 * index));
  if (FIELDS.some((_, index) => record.isPriceBeyond(16 + 8 * index))) return 'has a price beyond 2^53 units of 1e-9';
  if (prices.some(Number.isNaN)) return 'is a bar with a price missing';
  const volume = record.int64(48);
  if (volume < 0n || volume > MAX_SAFE) return `its volume is ${BigInt.asUintN(64, volume)}`;
  const row = sink.next(record.ms(8));
  const { block } = sink;
  block.setInt64('ts_event', row, record.time(8));
  block.setInt32('interval_s', row, BAR_SECONDS[record.rtype]!);
  FIELDS.forEach((name, index) => {
    block.setFloat64(name, row, prices[index]! / NANOS_PER_POINT);
  });
  block.setFloat64('volume', row, Number(volume));
  return null;
}
