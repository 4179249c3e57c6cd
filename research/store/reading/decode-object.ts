import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Failure } from '../../../shared/failure.js';
import type { Column } from '../column.js';
import type { ColumnChunk, ColumnValues } from '../column-chunk.js';
import { decodeColumn } from './decode-column.js';
import { layoutOf, type ObjectLayout } from './object-layout.js';
import { Damage, Unfamiliar } from './page-faults.js';

/** Rows of one object at most: a chunk is an object, and all of it lies in memory. */
export const OBJECT_ROWS_MAX = 131_072;

/** An object's rows, and the buffer in which all of its columns lie. */
export interface DecodedObject extends ColumnChunk {
  readonly buffer: ArrayBuffer;
}

/**
 * Decodes columns of a Parquet file as our writer makes them: one row group, flat columns, zstd, plain or dictionary
 * pages. DuckDB reads the same values with three times the work, because it hands them out in vectors of 2048 rows.
 * @param spare a buffer of an object decoded before, to be used again where it is large enough
 * @returns null where the file is made in another way
 * @throws Failure 'UnreadableObject' naming the file and the column
 */
export function decodeObject(file: string, columns: readonly Column[], spare?: ArrayBuffer): DecodedObject | null {
  let part = 'its footer';
  try {
    const handle = openSync(file, 'r');
    try {
      const layout = readLayout(handle);
      const object = roomFor(layout.rows, columns, spare);
      const valid = columns.map((column, i) => {
        part = `the column ${column.name}`;
        return decodeInto(handle, layout, column, object.values[i]!, object.valid[i]!);
      });
      return { ...object, valid };
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if (error instanceof Unfamiliar) return null;
    if (error instanceof Damage) throw unreadable(file, `${part}: ${error.message}`);
    if ((error as NodeJS.ErrnoException).syscall) throw unreadable(file, (error as Error).message);
    throw error;
  }
}

export function unreadable(file: string, reason: string): Failure {
  return new Failure(
    'UnreadableObject',
    `${file} cannot be read: ${reason}`,
    'run `believe store fsck`; import what it came from again',
    { file },
  );
}

const MAGIC = Buffer.from('PAR1');

function readLayout(handle: number): ObjectLayout {
  const { size } = fstatSync(handle);
  const tail = readBytes(handle, Math.max(0, size - 8), Math.min(8, size));
  if (tail.length < 8 || !tail.subarray(4).equals(MAGIC)) throw new Damage('the file does not end as Parquet does');
  const startByte = size - 8 - tail.readUInt32LE(0);
  if (startByte < MAGIC.length) throw new Damage('it is longer than the file');
  const layout = layoutOf(readBytes(handle, startByte, size - 8 - startByte), startByte);
  if (layout.rows > OBJECT_ROWS_MAX) throw new Unfamiliar('more rows than objects have');
  return layout;
}

function readBytes(handle: number, startByte: number, sizeBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  if (readSync(handle, bytes, 0, sizeBytes, startByte) !== sizeBytes) throw new Damage('the file is cut off');
  return bytes;
}

const ROW_BYTES = { int64: 8, float64: 8, int32: 4, enum: 1, text: 0 } as const;

/** Places for all columns in one buffer, each at a multiple of eight bytes. */
function roomFor(rows: number, columns: readonly Column[], spare: ArrayBuffer | undefined) {
  const words = Math.ceil(rows / 64);
  const sizeBytes = columns.reduce((sum, { type }) => sum + 8 * words * (8 * ROW_BYTES[type] + 1), 0);
  const buffer = spare && spare.byteLength >= sizeBytes ? spare : new ArrayBuffer(sizeBytes);
  let at = 0;
  const place = (bytes: number) => {
    at += bytes;
    return at - bytes;
  };
  const values = columns.map(({ type }) => valuesIn(buffer, type, place(64 * words * ROW_BYTES[type]), rows));
  const valid = columns.map(() => new Uint8Array(buffer, place(8 * words), 8 * words));
  return { buffer, rows, values, valid };
}

function valuesIn(buffer: ArrayBuffer, type: Column['type'], start: number, rows: number): ColumnValues {
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

function decodeInto(
  handle: number,
  layout: ObjectLayout,
  column: Column,
  values: ColumnValues,
  valid: Uint8Array,
): Uint8Array | null {
  const pages = layout.columns.get(column.name);
  if (!pages) throw new Damage('there is no such column');
  valid.fill(0);
  const hasNulls = decodeColumn(readBytes(handle, pages.startByte, pages.sizeBytes), column, pages, { values, valid });
  return hasNulls ? valid : null;
}
