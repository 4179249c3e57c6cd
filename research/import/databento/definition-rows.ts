import type { RowSink } from '../../store/row-sink.js';
import { NANOS_PER_POINT } from '../price-book-rows.js';
import { textOf } from './metadata.js';
import type { RecordView } from './record.js';

/** Where the fields of a definition lie that moved between versions: [offset, bytes]. */
interface Layout {
  readonly unitOfMeasureQty: number;
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
    unitOfMeasureQty: 88,
    marketDepth: 128,
    currency: [186, 4],
    rawSymbol: [200, 22],
    exchange: [243, 5],
    asset: [248, 7],
    securityType: [262, 7],
  },
  2: {
    recordBytes: 400,
    unitOfMeasureQty: 88,
    marketDepth: 136,
    currency: [186, 4],
    rawSymbol: [200, 71],
    exchange: [292, 5],
    asset: [297, 7],
    securityType: [311, 7],
  },
  3: {
    recordBytes: 520,
    unitOfMeasureQty: 80,
    marketDepth: 148,
    currency: [224, 4],
    rawSymbol: [238, 71],
    exchange: [330, 5],
    asset: [335, 11],
    securityType: [353, 7],
  },
};

/** The contract that a definition is about. @returns null where the record is too short for its version */
export function definedSymbol(record: RecordView, version: number): string | null {
  const layout = LAYOUTS[version]!;
  return record.length < layout.recordBytes ? null : textOf(record.slice(...layout.rawSymbol));
}

/** Stores what a definition says of its contract. */
export function storeDefinition(record: RecordView, version: number, sink: RowSink): void {
  const layout = LAYOUTS[version]!;
  const row = sink.next(record.ms(16));
  const { block } = sink;
  const text = (name: string, field: readonly [number, number]) =>
    block.setText(name, row, textOf(record.slice(...field)) || null);
  const price = (name: string, offset: number) => {
    const value = record.price(offset);
    block.setFloat64(name, row, Number.isNaN(value) ? null : value / NANOS_PER_POINT);
  };
  block.setInt64('ts_recv', row, record.time(16));
  block.setInt64('ts_event', row, record.time(8));
  block.setInteger('instrument_id', row, record.instrumentId);
  text('raw_symbol', layout.rawSymbol);
  text('exchange', layout.exchange);
  text('asset', layout.asset);
  text('security_type', layout.securityType);
  text('currency', layout.currency);
  price('min_price_increment', 24);
  price('display_factor', 32);
  price('unit_of_measure_qty', layout.unitOfMeasureQty);
  block.setInt64('expiration', row, record.time(40));
  block.setInt64('activation', row, record.time(48));
  block.setInt32('market_depth', row, record.int32(layout.marketDepth));
}
