import { type Column, float64, int32, int64, oneOf, text } from './column.js';

export const DATASETS = ['mbp10', 'ticks', 'bars', 'fills', 'orders', 'definitions'] as const;
export type DatasetName = (typeof DATASETS)[number];

/** What differs between feeds of one dataset. */
export interface Shape {
  /** How sizes are counted: whole contracts (the default), or fractions of a coin. */
  readonly sizes?: 'whole' | 'fractional' | undefined;
  /** Books: false where the feed does not tell the number of orders at a level; there are no columns for it then. */
  readonly counts?: boolean | undefined;
}

/** Databento's actions. For a position-addressed feed A is an insert, M an update and C a delete of a level. */
export const ACTIONS = ['A', 'C', 'M', 'R', 'T', 'F', 'N'] as const;
export const Action = { add: 0, cancel: 1, modify: 2, clear: 3, trade: 4, fill: 5, none: 6 } as const;

/** A ask, B bid, N neither; of a trade: the aggressor. The codes are IB's numbers of the sides. */
export const SIDES = ['A', 'B', 'N'] as const;

/** Databento's bits of `flags`. */
export const Flag = { last: 128, topOfBook: 64, snapshot: 32, mbp: 16, badReceiveTime: 8, maybeBadBook: 4 } as const;

export const BOOK_LEVELS = 10;

/** Columns of a level, as their names begin: price, size and number of orders of the bid and of the ask. */
const LEVEL_PARTS = ['bid_px', 'ask_px', 'bid_sz', 'ask_sz', 'bid_ct', 'ask_ct'] as const;

/**
 * The columns of a dataset, named as Databento names them. `ts_*`: ns since the epoch, UTC. Prices: points, the float64
 * nearest to the decimal. A value that a feed does not have is NULL.
 */
export function columnsOf(dataset: DatasetName, { sizes = 'whole', counts = true }: Shape = {}): readonly Column[] {
  const key = `${dataset} ${sizes} ${counts}`;
  const columns = known.get(key) ?? makeColumns(dataset, sizes, counts);
  known.set(key, columns);
  return columns;
}

/** One array for each: the same columns are the same object. */
const known = new Map<string, readonly Column[]>();

function makeColumns(dataset: DatasetName, sizes: Shape['sizes'], counts: boolean): readonly Column[] {
  const size = sizes === 'whole' ? int32 : float64;
  switch (dataset) {
    case 'mbp10':
      return [...eventColumns(size), ...levelColumns(size, counts)];
    case 'ticks':
      return [
        ...eventColumns(size),
        float64('bid_px_00'),
        float64('ask_px_00'),
        int32('num_trades'),
        size('bid_volume'),
        size('ask_volume'),
        oneOf('unbundled', ['first', 'last']),
        text('venue'),
        text('condition'),
        int32('suspicious'),
      ];
    case 'bars':
      return [int64('ts_event'), int32('interval_s'), ...['open', 'high', 'low', 'close', 'volume'].map(float64)];
    case 'fills':
      return [
        ...journalColumns(),
        ...['exec_id', 'corrects', 'executed_at', 'currency'].map(text),
        int64('perm_id'),
        ...['commission', 'realized_pnl'].map(float64),
      ];
    case 'orders':
      return [
        ...journalColumns(),
        ...['order_type', 'purpose', 'status', 'reason', 'code'].map(text),
        ...['order_id', 'perm_id', 'model_version', 'event_seq'].map(int64),
        ...['filled', 'remaining'].map(float64),
        text('body'),
      ];
    case 'definitions':
      return [
        int64('ts_recv'),
        int64('ts_event'),
        int64('instrument_id'),
        ...['raw_symbol', 'exchange', 'asset', 'security_type', 'currency'].map(text),
        ...['min_price_increment', 'display_factor', 'unit_of_measure_qty'].map(float64),
        int64('expiration'),
        int64('activation'),
        int32('market_depth'),
      ];
  }
}

/** What Databento's MBP and trade records begin with. */
function eventColumns(size: (name: string) => Column): Column[] {
  return [
    int64('ts_recv'),
    int64('ts_event'),
    int32('rtype'),
    int32('publisher_id'),
    int64('instrument_id'),
    oneOf('action', ACTIONS),
    oneOf('side', SIDES),
    int32('depth'),
    float64('price'),
    size('size'),
    int32('flags'),
    int32('ts_in_delta'),
    int64('sequence'),
  ];
}

function levelColumns(size: (name: string) => Column, counts: boolean): Column[] {
  const parts = LEVEL_PARTS.filter((part) => counts || !part.endsWith('_ct'));
  return Array.from({ length: BOOK_LEVELS }, (_, level) =>
    parts.map((part) => levelColumn(`${part}_${String(level).padStart(2, '0')}`, size)),
  ).flat();
}

function levelColumn(name: string, size: (name: string) => Column): Column {
  if (name.includes('_px_')) return float64(name);
  return name.includes('_sz_') ? size(name) : int32(name);
}

/** What fills and orders have in common; `n` is the line's number in its journal. */
function journalColumns(): Column[] {
  return [int64('ts_event'), int64('n'), ...['kind', 'order_ref', 'side'].map(text), ...['price', 'size'].map(float64)];
}
