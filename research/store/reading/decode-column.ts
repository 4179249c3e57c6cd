import type { Column } from '../column.js';
import type { ColumnValues } from '../column-chunk.js';
import { type ColumnLayout, Physical } from './object-layout.js';
import { Damage, Unfamiliar } from './page-faults.js';
import { type Dictionary, dictionaryIn, type PageValues, pageValues } from './page-values.js';
import { Runs } from './runs.js';
import { numberIn, readStruct, structIn } from './thrift.js';
import { unpackZstd } from './unpack-zstd.js';

/** Where a column is decoded into, a place for each row. */
export interface ColumnTarget {
  readonly values: ColumnValues;
  /** All zero at first; a multiple of eight bytes. */
  readonly valid: Uint8Array;
}

/**
 * Decodes the pages of a column.
 * @returns whether there is a NULL; where there is, its value becomes 0
 * @throws Damage, Unfamiliar
 */
export function decodeColumn(pages: Uint8Array, column: Column, layout: ColumnLayout, target: ColumnTarget): boolean {
  if (layout.physicalType !== PHYSICAL_TYPE[column.type]) throw new Unfamiliar(`a type of its own in ${column.name}`);
  let dictionary: Dictionary | null = null;
  let [rows, nulls] = [0, 0];
  for (let at = 0; at < pages.length; ) {
    const { struct: header, end: start } = readStruct(pages, at);
    at = start + numberIn(header, 3);
    const page = unpackPage(pages.subarray(start, at), at - start, numberIn(header, 2));
    const kind = numberIn(header, 1);
    if (kind === Page.dictionary) {
      dictionary = dictionaryIn(page, numberIn(structIn(header, 7), 1), column);
      continue;
    }
    if (kind !== Page.data) throw new Unfamiliar(`pages of kind ${kind}`);
    const [count, encoding] = [numberIn(structIn(header, 5), 1), numberIn(structIn(header, 5), 2)];
    const end = rows + count;
    if (!(count >= 0 && end <= target.values.length)) throw new Damage('more rows than there should be');
    const { levels, values } = layout.isOptional ? partsOf(page) : { levels: null, values: page };
    const read = pageValues(values, encoding, dictionary, target.values);
    if (levels) nulls += readOptional(levels, read, target, rows, end);
    else read(rows, end);
    rows = end;
  }
  if (rows !== target.values.length) throw new Damage('fewer rows than there should be');
  return nulls > 0;
}

const Page = { data: 0, dictionary: 2 } as const;
const PAGE_BYTES_MAX = 16 * 2 ** 20;
const PHYSICAL_TYPE: Readonly<Record<Column['type'], number>> = {
  int64: Physical.int64,
  float64: Physical.double,
  int32: Physical.int32,
  enum: Physical.bytes,
  text: Number.NaN,
};

function unpackPage(packed: Uint8Array, packedBytes: number, sizeBytes: number): Uint8Array {
  if (packed.length !== packedBytes || sizeBytes < 0) throw new Damage('a page is cut off');
  if (sizeBytes > PAGE_BYTES_MAX) throw new Unfamiliar('a page larger than any of ours');
  return unpackZstd(packed, sizeBytes);
}

/** A page of an optional column: which of its rows have a value, and these values without those that are NULL. */
function partsOf(page: Uint8Array): { levels: Uint8Array; values: Uint8Array } {
  const levelBytes = page.length < 4 ? 0 : new DataView(page.buffer, page.byteOffset).getUint32(0, true);
  const end = 4 + levelBytes;
  if (end > page.length) throw new Damage('the levels of a page are cut off');
  return { levels: page.subarray(4, end), values: page.subarray(end) };
}

/** @returns how many of the rows are NULL */
function readOptional(
  levels: Uint8Array,
  read: PageValues,
  { values, valid }: ColumnTarget,
  from: number,
  to: number,
): number {
  const runs = new Runs(levels, 1);
  const rowBytes = values.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let nulls = 0;
  for (let row = from; row < to; ) {
    const alike = runs.takeAlike(to - row);
    const end = row + Math.abs(alike);
    if (alike > 0) {
      read(row, end);
      setBits(valid, row, end);
    } else {
      bytes.fill(0, row * rowBytes, end * rowBytes);
      nulls -= alike;
    }
    row = end;
  }
  return nulls;
}

function setBits(valid: Uint8Array, from: number, to: number): void {
  let row = from;
  for (; row < to && (row & 7) !== 0; row++) valid[row >> 3]! |= 1 << (row & 7);
  for (; row + 8 <= to; row += 8) valid[row >> 3] = 0xff;
  for (; row < to; row++) valid[row >> 3]! |= 1 << (row & 7);
}
