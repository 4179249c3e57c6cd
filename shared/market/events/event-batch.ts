/**
 * Market events of one instrument, in arrival order, as columns. The layout is the design: hot loops index the
 * columns and allocate nothing.
 *
 * Times are nanoseconds since `baseNs` as float64 (exact for 104 days); absolute time is `baseNs + BigInt(column[i])`.
 * Prices are whole ticks: price = ticks * tickSize. A column that does not apply to a kind holds 0.
 */
export interface EventBatch {
  readonly instrument: string;
  /** Price of one tick, in the contract's currency points. */
  readonly tickSize: number;
  /** Nanoseconds since the Unix epoch that the time columns count from. */
  readonly baseNs: bigint;
  /** Rows in use; the columns may be longer. */
  length: number;
  /** Receive time, nanoseconds after baseNs; never decreasing within a stream. */
  readonly tsRecvNs: Float64Array;
  /** Exchange time, nanoseconds after baseNs; NaN where the feed carries none. */
  readonly tsEventNs: Float64Array;
  /** Arrival number within the stream, strictly increasing; a gap that a reader puts before an event has that event's. */
  readonly seq: Float64Array;
  /** One of EventKind. */
  readonly kind: Uint8Array;
  /** Depth: one of DepthOperation. */
  readonly operation: Uint8Array;
  /** Depth: one of Side. Trade: the aggressor, or Side.none where unknown. */
  readonly side: Uint8Array;
  /** Depth: 0-based level. */
  readonly position: Uint8Array;
  readonly priceTicks: Int32Array;
  /** Contracts. */
  readonly size: Float64Array;
  /** 1 where the event completes an exchange event: the book is consistent after it. */
  readonly last: Uint8Array;
}

export const EventKind = { depth: 0, trade: 1, reset: 2, gap: 3 } as const;
export type EventKind = (typeof EventKind)[keyof typeof EventKind];

/** IB's numbering: insert shifts deeper levels down, delete shifts them up. */
export const DepthOperation = { insert: 0, update: 1, delete: 2 } as const;
export type DepthOperation = (typeof DepthOperation)[keyof typeof DepthOperation];

/** IB's numbering. For a trade: bid = buyer was the aggressor, ask = seller was. */
export const Side = { ask: 0, bid: 1, none: 2 } as const;
export type Side = (typeof Side)[keyof typeof Side];

/** Columns for `capacity` events. @throws RangeError when capacity is not a positive integer */
export function createEventBatch(instrument: string, tickSize: number, baseNs: bigint, capacity: number): EventBatch {
  if (!Number.isInteger(capacity) || capacity <= 0)
    throw new RangeError(`capacity must be a positive integer, got ${capacity}`);
  return {
    instrument,
    tickSize,
    baseNs,
    length: 0,
    tsRecvNs: new Float64Array(capacity),
    tsEventNs: new Float64Array(capacity),
    seq: new Float64Array(capacity),
    kind: new Uint8Array(capacity),
    operation: new Uint8Array(capacity),
    side: new Uint8Array(capacity),
    position: new Uint8Array(capacity),
    priceTicks: new Int32Array(capacity),
    size: new Float64Array(capacity),
    last: new Uint8Array(capacity),
  };
}

const COLUMNS = [
  'tsRecvNs',
  'tsEventNs',
  'seq',
  'kind',
  'operation',
  'side',
  'position',
  'priceTicks',
  'size',
  'last',
] as const;

/** Copies `length` events from `first` on to the beginning of a batch with room for them, which then holds these. */
export function copyEvents(from: EventBatch, first: number, length: number, into: EventBatch): void {
  for (const column of COLUMNS) into[column].set(from[column].subarray(first, first + length) as never);
  into.length = length;
}
