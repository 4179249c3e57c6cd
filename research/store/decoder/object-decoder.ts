import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Column } from '../column.js';
import { ColumnReader } from './column-reader.js';
import { layoutOf, type ObjectLayout } from './object-layout.js';
import { Damage, Unfamiliar } from './page-faults.js';
import { unreadable } from './unreadable-object.js';
import type { Window } from './window.js';

/**
 * Columns of a Parquet file as our writer makes them: one row group, flat columns, zstd, plain or dictionary pages. DuckDB
 * reads the same values with more than twice the work, because it hands them out in vectors of 2048 rows.
 */
export class ObjectDecoder {
  private rowsLeft: number;
  private readonly readers: readonly ColumnReader[];

  /**
   * Reads and unpacks the columns, once it is sure that the file is what it is named by.
   * @throws Unfamiliar where the file is made in another way; Failure 'UnreadableObject' naming the file and the column
   */
  constructor(
    private readonly file: string,
    private readonly columns: readonly Column[],
  ) {
    const handle = this.attempt('opening', () => openSync(file, 'r'));
    try {
      this.attempt('its bytes', () => refuseChanged(handle, file));
      const layout = this.attempt('its footer', () => readLayout(handle));
      this.readers = columns.map((column) => this.attempt(column.name, () => openColumn(handle, layout, column)));
      this.rowsLeft = layout.rows;
    } finally {
      closeSync(handle);
    }
  }

  /**
   * Decodes the next rows, as many as there are places.
   * @returns how many, none at the end; and which columns have a NULL among them
   * @throws Failure 'UnreadableObject'
   */
  next({ values, valid }: Window, places: number): { rows: number; hasNulls: boolean[] } {
    const rows = Math.min(places, this.rowsLeft);
    this.rowsLeft -= rows;
    const hasNulls = this.readers.map((reader, i) => {
      valid[i]!.fill(0);
      return this.attempt(this.columns[i]!.name, () => reader.read(values[i]!, valid[i]!, rows));
    });
    return { rows, hasNulls };
  }

  private attempt<T>(part: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof Damage) throw unreadable(this.file, `${part}: ${error.message}`);
      if ((error as NodeJS.ErrnoException).syscall) throw unreadable(this.file, (error as Error).message);
      throw error;
    }
  }
}

/** Files whose bytes were hashed by this thread, and how large and old they were then. */
const hashed = new Map<string, string>();

/** Pages carry no checksum, and most flipped bits of a page are another value: objects of the store are hashed before they are read. */
function refuseChanged(handle: number, file: string): void {
  const named = /([0-9a-f]{64})\.parquet$/.exec(file)?.[1];
  if (named === undefined) return;
  const { size, mtimeMs } = fstatSync(handle);
  const state = `${size} ${mtimeMs}`;
  if (hashed.get(file) === state) return;
  const hash = createHash('sha256');
  for (let at = 0; at < size; at += HASHED_BYTES) hash.update(readBytes(handle, at, Math.min(HASHED_BYTES, size - at)));
  if (hash.digest('hex') !== named) throw new Damage('they are not those that it is named by');
  hashed.set(file, state);
}

const HASHED_BYTES = 4 * 2 ** 20;
const MAGIC = Buffer.from('PAR1');
/** Of one column, packed, or of the footer: ours are a tenth of it. */
const READ_BYTES_MAX = 16 * 2 ** 20;

function readLayout(handle: number): ObjectLayout {
  const { size } = fstatSync(handle);
  const tail = readBytes(handle, Math.max(0, size - 8), Math.min(8, size));
  if (tail.length < 8 || !tail.subarray(4).equals(MAGIC)) throw new Damage('the file does not end as Parquet does');
  const footerBytes = tail.readUInt32LE(0);
  const startByte = size - 8 - footerBytes;
  if (startByte < MAGIC.length) throw new Damage('it is longer than the file');
  return layoutOf(readBytes(handle, startByte, footerBytes), startByte);
}

function openColumn(handle: number, { rows, columns }: ObjectLayout, column: Column): ColumnReader {
  const layout = columns.get(column.name);
  if (!layout) throw new Damage('there is no such column');
  return new ColumnReader(readBytes(handle, layout.startByte, layout.sizeBytes), column, layout, rows);
}

/** What was read last, to be used again for what is read next. */
let scratch = Buffer.alloc(0);

function readBytes(handle: number, startByte: number, sizeBytes: number): Buffer {
  if (sizeBytes > READ_BYTES_MAX) throw new Unfamiliar('more bytes at once than any of ours has');
  if (scratch.length < sizeBytes) scratch = Buffer.alloc(2 * sizeBytes);
  const bytes = scratch.subarray(0, sizeBytes);
  if (readSync(handle, bytes, 0, sizeBytes, startByte) !== sizeBytes) throw new Damage('the file is cut off');
  return bytes;
}
