import type { Column } from '../column.js';
import { type ColumnValues, ROW_BYTES, valuesIn } from '../column-chunk.js';

/** A place for some rows of some columns, all in one buffer, so that it can be handed from thread to thread at once. */
export interface Window {
  readonly values: readonly ColumnValues[];
  /** A bit a row, by 64-bit words. */
  readonly valid: readonly Uint8Array[];
}

/** As many rows of these columns as stay in the processor's cache until they are used; a multiple of 64. */
export function windowRows(columns: readonly Column[]): number {
  const rowBytes = columns.reduce((sum, { type }) => sum + ROW_BYTES[type], 0);
  return Math.max(ROWS_MIN, Math.floor(WINDOW_BYTES / Math.max(1, rowBytes) / 64) * 64);
}

const WINDOW_BYTES = 4 * 2 ** 20;
const ROWS_MIN = 2048;

/** @param rows a multiple of 64 */
export function windowBytes(columns: readonly Column[], rows: number): number {
  return columns.reduce((sum, { type }) => sum + rows * ROW_BYTES[type] + rows / 8, 0);
}

/** The window that lies in a buffer of `windowBytes`. */
export function windowIn(buffer: ArrayBuffer, columns: readonly Column[], rows: number): Window {
  let next = 0;
  const place = (bytes: number) => {
    next += bytes;
    return next - bytes;
  };
  const values = columns.map(({ type }) => valuesIn(buffer, type, place(rows * ROW_BYTES[type]), rows));
  const valid = columns.map(() => new Uint8Array(buffer, place(rows / 8), rows / 8));
  return { values, valid };
}
