import type { Column } from '../column.js';
import type { ColumnValues } from '../column-chunk.js';
import { type ColumnLayout, Physical } from './object-layout.js';
import { Damage, Unfamiliar } from './page-faults.js';
import { type Dictionary, dictionaryIn, type PageValues, pageValues } from './page-values.js';
import { Runs } from './runs.js';
import { numberIn, readStruct, structIn } from './thrift.js';
import { unpackZstd } from './unpack-zstd.js';

/** A data page that was unpacked. */
interface Page {
  /** Not yet read. */
  rowsLeft: number;
  /** A bit a row: whether it has a value; null where the column has no NULLs. */
  readonly levels: Runs | null;
  readonly values: PageValues;
}

/** The rows of one column, from the first to the last. */
export class ColumnReader {
  private readonly pages: Page[] = [];

  /**
   * Unpacks all pages; decoding them comes later, little by little.
   * @param packed the column as it lies in its file, not needed any more afterwards
   * @throws Damage, Unfamiliar
   */
  constructor(packed: Uint8Array, column: Column, layout: ColumnLayout, rows: number) {
    if (layout.physicalType !== PHYSICAL_TYPE[column.type]) throw new Unfamiliar(`a type of its own in ${column.name}`);
    let dictionary: Dictionary | null = null;
    for (let at = 0; at < packed.length; ) {
      const { struct: header, end: start } = readStruct(packed, at);
      at = start + numberIn(header, 3);
      if (at < start || at > packed.length) throw new Damage('a page is cut off');
      const bytes = unpackPage(packed.subarray(start, at), numberIn(header, 2));
      const kind = numberIn(header, 1);
      if (kind === PageKind.dictionary) dictionary = dictionaryIn(bytes, numberIn(structIn(header, 7), 1), column);
      else if (kind !== PageKind.data) throw new Unfamiliar(`pages of kind ${kind}`);
      else {
        const rowsLeft = numberIn(structIn(header, 5), 1);
        if (rowsLeft < 0) throw new Damage('a page has no number of rows');
        const { levels, values } = layout.isOptional ? partsOf(bytes) : { levels: null, values: bytes };
        const encoding = numberIn(structIn(header, 5), 2);
        this.pages.push({ rowsLeft, levels, values: pageValues(values, encoding, dictionary, column) });
      }
    }
    const found = this.pages.reduce((sum, { rowsLeft }) => sum + rowsLeft, 0);
    if (found !== rows) throw new Damage(`${found} rows where there should be ${rows}`);
  }

  /**
   * Reads the next rows into the first places of `values`; 0 where there is a NULL.
   * @param valid becomes 1 where there is a value: all zero at first
   * @returns whether there is a NULL; if not, `valid` may be as it was
   * @throws Damage
   */
  read(values: ColumnValues, valid: Uint8Array, rows: number): boolean {
    let nulls = 0;
    for (let row = 0; row < rows; ) {
      const page = this.pages[0]!;
      const end = Math.min(row + page.rowsLeft, rows);
      nulls += readPage(page, values, valid, row, end);
      page.rowsLeft -= end - row;
      if (page.rowsLeft === 0) this.pages.shift();
      row = end;
    }
    return nulls > 0;
  }
}

const PageKind = { data: 0, dictionary: 2 } as const;
const PAGE_BYTES_MAX = 16 * 2 ** 20;
const PHYSICAL_TYPE: Readonly<Record<Column['type'], number>> = {
  int64: Physical.int64,
  float64: Physical.double,
  int32: Physical.int32,
  enum: Physical.bytes,
  text: Number.NaN,
};

function unpackPage(packed: Uint8Array, sizeBytes: number): Uint8Array {
  if (sizeBytes < 0) throw new Damage('a page has no size');
  if (sizeBytes > PAGE_BYTES_MAX) throw new Unfamiliar('a page larger than any of ours');
  return unpackZstd(packed, sizeBytes);
}

/** A page of an optional column: which of its rows have a value, and these values without those that are NULL. */
function partsOf(page: Uint8Array): { levels: Runs; values: Uint8Array } {
  const levelBytes = page.length < 4 ? 0 : new DataView(page.buffer, page.byteOffset).getUint32(0, true);
  const end = 4 + levelBytes;
  if (end > page.length) throw new Damage('the levels of a page are cut off');
  return { levels: new Runs(page.subarray(4, end), 1), values: page.subarray(end) };
}

/** @returns how many of the rows are NULL */
function readPage(page: Page, values: ColumnValues, valid: Uint8Array, from: number, to: number): number {
  if (!page.levels) {
    page.values(values, from, to);
    setBits(valid, from, to);
    return 0;
  }
  let nulls = 0;
  for (let row = from; row < to; ) {
    const alike = page.levels.takeAlike(to - row);
    const end = row + Math.abs(alike);
    if (alike > 0) {
      page.values(values, row, end);
      setBits(valid, row, end);
    } else {
      const rowBytes = values.BYTES_PER_ELEMENT;
      new Uint8Array(values.buffer, values.byteOffset + row * rowBytes, (end - row) * rowBytes).fill(0);
      nulls -= alike;
    }
    row = end;
  }
  return nulls;
}

function setBits(bits: Uint8Array, from: number, to: number): void {
  const [firstByte, endByte] = [(from + 7) >> 3, to >> 3];
  let row = from;
  for (; row < Math.min(8 * firstByte, to); row++) bits[row >> 3]! |= 1 << (row & 7);
  if (firstByte < endByte) bits.fill(0xff, firstByte, endByte);
  for (row = Math.max(row, 8 * endByte); row < to; row++) bits[row >> 3]! |= 1 << (row & 7);
}
