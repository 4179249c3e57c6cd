import type { RowSink } from '../../store/row-sink.js';
import { NANOS_PER_POINT } from '../price-book-rows.js';
import { textOf } from './metadata.js';
import type { RecordView } from './record.js';

/** Where the fields of a definition lie that moved between versions: [offset, bytes]. */
interface Layout {
  readonly unit_of_measure_qty: number;
  readonly marketDepth: number;
  readonly currency: readonly [number, number];
  readonly rawSymbol: readonly [number, number];
  readonly exchange: readonly [number, number];
  readonly asset: readonly [number, number];
  readonly securityType: readonly [number, number];
}

/** By DBN version. */
const LAYOUTS: Readonly<Record<number, Layout & { readonly recordBytes: number }>> = {
  1: {
    recordBytes: 360,
    unit_of_measure_qty: 88,
    marketDepth: 128,
    currency: [186, 4],
    rawSymbol: [200, 22],
    exchange: [243, 5],
    asset: [248, 7],
    securityType: [262, 7],
  },
  2: {
    recordBytes: 400,
    unit_of_measure_qty: 88,
    marketDepth: 136,
    currency: [186, 4],
    rawSymbol: [200, 71],
    exchange: [292, 5],
    asset: [297, 7],
    securityType: [311, 7],
  },
  3: {
    recordBytes: 520,
    unit_of_measure_qty: 80,
    marketDepth: 148,
    currency: [224, 4],
    rawSymbol: [238, 71],
    exchange: [330, 5],
    asset: [335, 11],
    securityType: [353, 7],
  },
};

/** Fields in units of 1e-9, and where they lie in every version; null where that differs. */
const PRICES = [
  ['min_price_increment', 24],
  ['display_factor', 32],
  ['unit_of_measure_qty', null],
] as const;

const TIMES = [
  ['ts_recv', 16],
  ['ts_event', 8],
  ['expiration', 40],
  ['activation', 48],
] as const;

const TEXTS = [
  ['raw_symbol', 'rawSymbol'],
  ['exchange', 'exchange'],
  ['asset', 'asset'],
  ['security_type', 'securityType'],
  ['currency', 'currency'],
] as const;

/** The contract that a definition is about. @returns null where the record is too short for its version */
export function definedSymbol(record: RecordView, version: number): string | null {
  const layout = LAYOUTS[version]!;
  return record.length < layout.recordBytes ? null : (textOf(record.slice(...layout.rawSymbol)) ?? '');
}

/** Stores what a definition says of its contract. @returns what is wrong with it, or null */
export function storeDefinition(record: RecordView, version: number, sinkOf: () => RowSink): string | null {
  const layout = LAYOUTS[version]!;
  const odd = PRICES.find(([name, offset]) => record.isPriceBeyond(offset ?? layout[name]));
  if (odd) return `its ${odd[0]} is beyond 2^53 units of 1e-9`;
  const late = TIMES.find(([, offset]) => record.isTimeBeyond(offset));
  if (late) return `its ${late[0]} is beyond the year 2262`;
  const garbled = TEXTS.find(([, field]) => textOf(record.slice(...layout[field])) === null);
  if (garbled) return `its ${garbled[0]} is no UTF-8 text that ends with a NUL`;
  const sink = sinkOf();
  const row = sink.next(record.ms(16));
  const { block } = sink;
  const price = (name: string, offset: number) => {
    const value = record.price(offset);
    block.setFloat64(name, row, Number.isNaN(value) ? null : value / NANOS_PER_POINT);
  };
  for (const [name, offset] of TIMES) block.setInt64(name, row, record.time(offset));
  block.setInteger('instrument_id', row, record.instrumentId);
  for (const [name, field] of TEXTS) block.setText(name, row, textOf(record.slice(...layout[field])) || null);
  for (const [name, offset] of PRICES) price(name, offset ?? layout[name]);
  const marketDepth = record.int32(layout.marketDepth);
  block.setInt32('market_depth', row, marketDepth === INT32_NONE ? null : marketDepth);
  return null;
}

/** What DBN writes where a field of 32 bits has no value. */
const INT32_NONE = 2 ** 31 - 1;
