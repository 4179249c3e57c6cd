import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { Column } from './column.js';
import { columnsOf, type DatasetName, type Shape } from './datasets.js';
import { quoted } from './duckdb-text.js';
import { ReadAhead } from './read-ahead.js';

/** int64 as BigInt64Array, float64, int32; enum columns as the code of their value in `columnsOf`. */
export type ColumnValues = BigInt64Array | Float64Array | Int32Array | Uint8Array;

/** Some thousand rows, column by column, in the order in which the columns were asked for. */
export interface ColumnChunk {
  readonly rows: number;
  readonly values: readonly ColumnValues[];
  /** Bit 1 = there is a value; null where every row has one. What `values` holds at a NULL means nothing. */
  readonly valid: readonly (Uint8Array | null)[];
}

/**
 * Reads columns of Parquet objects of one dataset, in the order of the files and their rows, in constant memory. Text
 * columns are not for this: read them with SQL.
 * @throws RangeError where a column is none of the dataset, or text
 */
export async function* readColumns(
  files: readonly string[],
  dataset: DatasetName,
  names: readonly string[],
  shape: Shape = {},
): AsyncGenerator<ColumnChunk> {
  if (files.length === 0) return;
  const columns = names.map((name) => columnNamed(columnsOf(dataset, shape), name));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', preserve_insertion_order: 'true' });
  const lanes = await Promise.all(Array.from({ length: LANES }, () => instance.connect()));
  const ahead: ReadAhead<ColumnChunk>[] = [];
  try {
    for (let index = 0; index < files.length + LANES; index++) {
      if (index >= LANES) {
        yield* ahead[0]!.items();
        await ahead.shift()!.stop();
      }
      const file = files[index];
      if (file !== undefined) ahead.push(new ReadAhead(readFile(lanes[index % LANES]!, file, columns), CHUNKS_AHEAD));
    }
  } finally {
    for (const one of ahead) await one.stop();
    instance.closeSync();
  }
}

/** Files read at the same time: a thread each. */
const LANES = 2;
/** Of 2048 rows: about an object. */
const CHUNKS_AHEAD = 64;

async function* readFile(
  connection: DuckDBConnection,
  file: string,
  columns: readonly Column[],
): AsyncGenerator<ColumnChunk> {
  const result = await connection.stream(
    `SELECT ${columns.map(expressionOf).join(', ')} FROM read_parquet(${quoted(file)})`,
  );
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
    yield columnsIn(chunk.chunk, chunk.rowCount, columns);
}

function columnNamed(columns: readonly Column[], name: string): Column {
  const column = columns.find((one) => one.name === name);
  if (!column || column.type === 'text') throw new RangeError(`there is no column ${name} that holds numbers`);
  return column;
}

/** The column as numbers. */
function expressionOf(column: Column): string {
  if (column.type !== 'enum') return column.name;
  const code = column.values.every((value) => value.length === 1)
    ? `strpos(${quoted(column.values.join(''))}, ${column.name})`
    : `list_position([${column.values.map(quoted).join(', ')}], ${column.name})`;
  return `CAST(${code} - 1 AS UTINYINT) AS ${column.name}`;
}

function columnsIn(chunk: duckdb.DataChunk, rows: number, columns: readonly Column[]): ColumnChunk {
  const values: ColumnValues[] = [];
  const valid: (Uint8Array | null)[] = [];
  for (let i = 0; i < columns.length; i++) {
    const vector = duckdb.data_chunk_get_vector(chunk, i);
    values.push(valuesOf(vector, rows, columns[i]!));
    valid.push(duckdb.vector_get_validity(vector, Math.ceil(rows / 64) * 8) ?? null);
  }
  return { rows, values, valid };
}

function valuesOf(vector: duckdb.Vector, rows: number, { type }: Column): ColumnValues {
  const bytes = duckdb.vector_get_data(vector, rows * (type === 'enum' ? 1 : type === 'int32' ? 4 : 8));
  const { buffer, byteOffset } = bytes as Uint8Array<ArrayBuffer>;
  switch (type) {
    case 'int64':
      return new BigInt64Array(buffer, byteOffset, rows);
    case 'float64':
      return new Float64Array(buffer, byteOffset, rows);
    case 'int32':
      return new Int32Array(buffer, byteOffset, rows);
    default:
      return bytes;
  }
}
