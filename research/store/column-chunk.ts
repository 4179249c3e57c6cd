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
