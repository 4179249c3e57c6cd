import type { Column } from './column.js';

/** int64 as BigInt64Array, float64, int32; enum columns as the code of their value in `columnsOf`. */
export type ColumnValues = BigInt64Array | Float64Array | Int32Array | Uint8Array;

/** Some thousand rows, column by column, in the order in which the columns were asked for. */
export interface ColumnChunk {
  readonly rows: number;
  /** 0 where there is a NULL. */
  readonly values: readonly ColumnValues[];
  /** Bit 1 = there is a value, lowest bit first; null where every row has one. */
  readonly valid: readonly (Uint8Array | null)[];
}

/** Bytes of a value. */
export const ROW_BYTES = { int64: 8, float64: 8, int32: 4, enum: 1, text: 0 } as const;

/** The values that lie in a buffer. */
export function valuesIn(buffer: ArrayBuffer, type: Column['type'], start: number, rows: number): ColumnValues {
  switch (type) {
    case 'int64':
      return new BigInt64Array(buffer, start, rows);
    case 'float64':
      return new Float64Array(buffer, start, rows);
    case 'int32':
      return new Int32Array(buffer, start, rows);
    default:
      return new Uint8Array(buffer, start, rows);
  }
}

export function hasValue(valid: Uint8Array | null, row: number): boolean {
  return valid === null || ((valid[row >> 3]! >> (row & 7)) & 1) === 1;
}
