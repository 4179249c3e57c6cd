import type { Column } from './column.js';
import type { ColumnChunk } from './column-chunk.js';
import { columnsOf, type DatasetName, type Shape } from './datasets.js';
import type { DecodedObject } from './reading/decode-object.js';
import { DECODER_THREADS, decodeOnThread } from './reading/decoder-threads.js';
import { readByDuckdb } from './reading/read-by-duckdb.js';

/**
 * Reads columns of Parquet objects of one dataset, in the order of the files and their rows, in constant memory: a few
 * objects at a time. A chunk is gone when the next one is asked for. Text columns are not for this: read them with SQL.
 * @throws RangeError where a column is none of the dataset, or text; Failure 'UnreadableObject' naming the file
 */
export async function* readColumns(
  files: readonly string[],
  dataset: DatasetName,
  names: readonly string[],
  shape: Shape = {},
): AsyncGenerator<ColumnChunk> {
  const columns = names.map((name) => columnNamed(columnsOf(dataset, shape), name));
  const ahead: Promise<DecodedObject | null>[] = [];
  let spare: ArrayBuffer | undefined;
  for (const [index, file] of files.entries()) {
    for (let next = index + ahead.length; ahead.length <= OBJECTS_AHEAD && next < files.length; next++) {
      ahead.push(settledLater(decodeOnThread({ file: files[next]!, columns, spare })));
      spare = undefined;
    }
    const object = await ahead.shift()!;
    if (object) yield object;
    else yield* readByDuckdb(file, columns);
    spare = object?.buffer;
  }
}

/** Decoded while the reader uses an object. */
const OBJECTS_AHEAD = DECODER_THREADS;

/** A reader that stops early, or at a failure, does not wait for what is still being decoded. */
function settledLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

function columnNamed(columns: readonly Column[], name: string): Column {
  const column = columns.find((one) => one.name === name);
  if (!column || column.type === 'text') throw new RangeError(`there is no column ${name} that holds numbers`);
  return column;
}
