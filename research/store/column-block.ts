import type { Column } from './column.js';
import { ColumnRuns } from './column-runs.js';
import { storeInt64, storeInteger } from './int64-words.js';

const FIRST_CAPACITY_ROWS = 2048;

/** The values of one column of a block, row by row. Int64 lies as two int32 words a row, low word first. */
export type Values = Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer> | (string | null)[];

/** The rows of one column, and which of them are NULL. */
export class ColumnData {
  /** Null until something is stored: then every row must be given a value or be set to NULL. */
  values: Values | null = null;
  /** In place of `values` where values are stored as runs of rows. */
  runs: ColumnRuns | null = null;
  /** Bit 1 = there is a value, as DuckDB wants it; null where every row has one. */
  valid: Uint8Array<ArrayBuffer> | null = null;
  /** The first and the last NULL. */
  private firstNull = Number.POSITIVE_INFINITY;
  private lastNull = -1;

  constructor(readonly column: Column) {}

  setNull(row: number, capacityRows: number): void {
    this.valid ??= new Uint8Array(capacityRows >> 3).fill(0xff);
    this.valid[row >> 3]! &= ~(1 << (row & 7));
    if (row < this.firstNull) this.firstNull = row;
    if (row > this.lastNull) this.lastNull = row;
  }

  /** False where none of these rows is NULL. */
  mayHaveNull(start: number, end: number): boolean {
    return this.firstNull < end && this.lastNull >= start;
  }

  /** A number in a float64, int32 or enum column. */
  setNumber(row: number, value: number | null, capacityRows: number): void {
    if (value === null) this.setNull(row, capacityRows);
    else (this.values as Float64Array)[row] = value;
  }

  /** A whole number up to 2^53 in an int64 column. */
  setInteger(row: number, value: number | null, capacityRows: number): void {
    if (value === null) this.setNull(row, capacityRows);
    else storeInteger(this.values as Int32Array, row, value);
  }

  setInt64(row: number, value: bigint | null, capacityRows: number): void {
    if (value === null) this.setNull(row, capacityRows);
    else storeInt64(this.values as Int32Array, row, value);
  }

  clearNulls(): void {
    this.valid = null;
    this.firstNull = Number.POSITIVE_INFINITY;
    this.lastNull = -1;
  }
}

/**
 * Some thousand rows of a dataset as columns: what one Parquet object is written from. It starts small and doubles up to
 * `maxRows`, so that many instruments can be read at once. Columns that nobody stores into are NULL throughout.
 */
export class ColumnBlock {
  rows = 0;
  capacityRows: number;
  readonly data: readonly ColumnData[];
  private readonly byName: ReadonlyMap<string, ColumnData>;

  /** @param maxRows, firstRows multiples of 64: the room there can be, and the room there is at first */
  constructor(
    readonly columns: readonly Column[],
    readonly maxRows: number,
    firstRows = FIRST_CAPACITY_ROWS,
  ) {
    this.capacityRows = Math.min(firstRows, maxRows);
    this.data = columns.map((column) => new ColumnData(column));
    this.byName = new Map(this.data.map((one) => [one.column.name, one]));
  }

  /** The column, ready to be stored into. Its array changes when the block grows. */
  column(name: string): ColumnData {
    const found = this.find(name);
    found.values ??= newValues(found.column, this.capacityRows);
    found.runs = null;
    return found;
  }

  /** A float64 or int32 column, ready to be stored into as runs. */
  columnOfRuns(name: string): ColumnData & { readonly runs: ColumnRuns } {
    const found = this.find(name);
    found.runs ??= new ColumnRuns();
    found.values = null;
    return found as ColumnData & { readonly runs: ColumnRuns };
  }

  /** Doubles the room; false where the block may not grow any more. */
  grow(): boolean {
    if (this.capacityRows >= this.maxRows) return false;
    this.capacityRows = Math.min(2 * this.capacityRows, this.maxRows);
    for (const one of this.data) {
      if (one.valid) {
        const valid = new Uint8Array(this.capacityRows >> 3).fill(0xff);
        valid.set(one.valid);
        one.valid = valid;
      }
      if (one.values && !Array.isArray(one.values)) {
        const values = newValues(one.column, this.capacityRows) as Float64Array;
        values.set(one.values);
        one.values = values as Values;
      }
    }
    return true;
  }

  /** Forgets the rows and keeps the memory. */
  clear(): void {
    this.rows = 0;
    for (const one of this.data) {
      one.clearNulls();
      one.runs?.clear();
    }
  }

  get sizeBytes(): number {
    return this.data.reduce((sum, { values, runs }) => sum + (values ? bytesOf(values) : (runs?.sizeBytes ?? 0)), 0);
  }

  private find(name: string): ColumnData {
    const found = this.byName.get(name);
    if (!found) throw new RangeError(`there is no column ${name}`);
    return found;
  }

  setFloat64(name: string, row: number, value: number | null): void {
    this.column(name).setNumber(row, value, this.capacityRows);
  }

  setInt32(name: string, row: number, value: number | null): void {
    this.column(name).setNumber(row, value, this.capacityRows);
  }

  /** A whole number up to 2^53 in an int64 column. */
  setInteger(name: string, row: number, value: number | null): void {
    this.column(name).setInteger(row, value, this.capacityRows);
  }

  setInt64(name: string, row: number, value: bigint | null): void {
    this.column(name).setInt64(row, value, this.capacityRows);
  }

  setText(name: string, row: number, value: string | null): void {
    (this.column(name).values as (string | null)[])[row] = value;
  }

  /** @param code index into the column's values */
  setCode(name: string, row: number, code: number | null): void {
    this.column(name).setNumber(row, code, this.capacityRows);
  }

  /** An int64 value that was stored; null where it is NULL or there is no such column. */
  int64At(name: string, row: number): bigint | null {
    const { values, valid } = this.byName.get(name) ?? {};
    if (!(values instanceof Int32Array) || (valid && (valid[row >> 3]! & (1 << (row & 7))) === 0)) return null;
    return (BigInt(values[2 * row + 1]!) << 32n) + BigInt(values[2 * row]! >>> 0);
  }
}

function newValues(column: Column, capacityRows: number): Values {
  switch (column.type) {
    case 'int64':
      return new Int32Array(2 * capacityRows);
    case 'float64':
      return new Float64Array(capacityRows);
    case 'int32':
      return new Int32Array(capacityRows);
    case 'enum':
      return new Uint8Array(capacityRows);
    case 'text':
      return [];
  }
}

function bytesOf(values: Values): number {
  return Array.isArray(values) ? 64 * values.length : values.byteLength;
}
