import { DuckDBInstance, type DuckDBType, DuckDBTypeId } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { Column } from '../column.js';
import { type ColumnChunk, type ColumnValues, hasValue, ROW_BYTES, valuesIn } from '../column-chunk.js';
import { quoted } from '../duckdb-text.js';
import { unreadable } from './unreadable-object.js';

/**
 * Reads columns of any Parquet file, some thousand rows at a time.
 * @throws Failure 'UnreadableObject' naming the file
 */
export async function* readByDuckdb(file: string, columns: readonly Column[]): AsyncGenerator<ColumnChunk> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', preserve_insertion_order: 'true' });
  try {
    const connection = await instance.connect();
    const query = `SELECT ${columns.map(expressionOf).join(', ')} FROM read_parquet(${quoted(file)})`;
    const result = await connection.stream(query).catch(refuse(file));
    requireTypes(file, columns, result.columnTypes());
    for (;;) {
      const chunk = await result.fetchChunk().catch(refuse(file));
      if (!chunk || chunk.rowCount === 0) return;
      yield columnsIn(chunk.chunk, chunk.rowCount, columns);
    }
  } finally {
    instance.closeSync();
  }
}

function refuse(file: string): (error: Error) => never {
  return (error) => {
    throw unreadable(file, error.message.split('\n', 1)[0]!.slice(0, 300));
  };
}

/** The column as numbers. */
function expressionOf(column: Column): string {
  if (column.type !== 'enum') return column.name;
  const code = column.values.every((value) => value.length === 1)
    ? `strpos(${quoted(column.values.join(''))}, ${column.name})`
    : `list_position([${column.values.map(quoted).join(', ')}], ${column.name})`;
  return `CAST(${code} - 1 AS UTINYINT)`;
}

const TYPE_IDS = {
  int64: DuckDBTypeId.BIGINT,
  float64: DuckDBTypeId.DOUBLE,
  int32: DuckDBTypeId.INTEGER,
  enum: DuckDBTypeId.UTINYINT,
  text: DuckDBTypeId.VARCHAR,
} as const;

function requireTypes(file: string, columns: readonly Column[], types: readonly DuckDBType[]): void {
  for (const [i, { name, type }] of columns.entries())
    if (types[i]!.typeId !== TYPE_IDS[type]) throw unreadable(file, `${name} is ${types[i]}, not ${type}`);
}

function columnsIn(chunk: duckdb.DataChunk, rows: number, columns: readonly Column[]): ColumnChunk {
  const values: ColumnValues[] = [];
  const valid: (Uint8Array | null)[] = [];
  for (let i = 0; i < columns.length; i++) {
    const vector = duckdb.data_chunk_get_vector(chunk, i);
    values.push(valuesOf(vector, rows, columns[i]!));
    valid.push(duckdb.vector_get_validity(vector, Math.ceil(rows / 64) * 8) ?? null);
    if (valid[i]) zeroNulls(values[i]!, valid[i]!);
  }
  return { rows, values, valid };
}

function valuesOf(vector: duckdb.Vector, rows: number, { type }: Column): ColumnValues {
  const { buffer, byteOffset } = duckdb.vector_get_data(vector, rows * ROW_BYTES[type]) as Uint8Array<ArrayBuffer>;
  return valuesIn(buffer, type, byteOffset, rows);
}

/** What DuckDB leaves at a NULL is what was there before. */
function zeroNulls(values: ColumnValues, valid: Uint8Array): void {
  const cells = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const rowBytes = values.BYTES_PER_ELEMENT;
  for (let row = 0; row < values.length; row++)
    if (!hasValue(valid, row)) cells.fill(0, row * rowBytes, (row + 1) * rowBytes);
}
