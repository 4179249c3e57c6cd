import type { Column } from './column.js';
import type { ColumnChunk } from './column-chunk.js';
import { columnsOf, type DatasetName, type Shape } from './datasets.js';
import { DECODER_THREADS } from './decoder/decoder-threads.js';
import { ObjectReader, type SpareBuffers } from './decoder/read-object.js';

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
  const [spare, ahead]: [SpareBuffers, ObjectReader[]] = [[], []];
  try {
    for (let next = 0; next < files.length || ahead.length > 0; ) {
      while (next < files.length && ahead.length < DECODER_THREADS)
        ahead.push(new ObjectReader(files[next++]!, columns, spare));
      yield* ahead[0]!.chunks();
      ahead.shift()!.close();
    }
  } finally {
    for (const one of ahead) one.close();
  }
}

function columnNamed(columns: readonly Column[], name: string): Column {
  const column = columns.find((one) => one.name === name);
  if (!column || column.type === 'text') throw new RangeError(`there is no column ${name} that holds numbers`);
  return column;
}
