import type { Column } from '../../../research/store/column.js';
import type { ColumnChunk } from '../../../research/store/column-chunk.js';
import { ObjectDecoder } from '../../../research/store/decoder/object-decoder.js';
import { readyToUnpack } from '../../../research/store/decoder/unpack-zstd.js';
import { windowBytes, windowIn } from '../../../research/store/decoder/window.js';

/** A value of a column as it is compared: -0, NaN and large numbers are what they are; null is a NULL. */
export type Value = number | bigint | null;

/** Every column's values, taken out of chunks before they are gone. */
export async function valuesIn(chunks: AsyncIterable<ColumnChunk>): Promise<Value[][]> {
  const all: Value[][] = [];
  for await (const { rows, values, valid } of chunks)
    values.forEach((column, i) => {
      all[i] ??= [];
      for (let row = 0; row < rows; row++) all[i].push(hasValue(valid[i]!, row) ? column[row]! : null);
    });
  return all;
}

function hasValue(valid: Uint8Array | null, row: number): boolean {
  return valid === null || ((valid[row >> 3]! >> (row & 7)) & 1) === 1;
}

/** What our own decoder reads, never DuckDB, in windows of `places` rows. @throws Unfamiliar where it cannot */
export async function* decoded(file: string, columns: readonly Column[], places = 64): AsyncGenerator<ColumnChunk> {
  await readyToUnpack();
  const decoder = new ObjectDecoder(file, columns);
  const window = windowIn(new ArrayBuffer(windowBytes(columns, places)), columns, places);
  for (;;) {
    const { rows, hasNulls } = decoder.next(window, places);
    if (rows === 0) return;
    yield { rows, values: window.values, valid: window.valid.map((one, i) => (hasNulls[i] ? one : null)) };
  }
}
