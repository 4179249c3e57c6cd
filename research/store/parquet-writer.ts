import {
  BIGINT,
  DOUBLE,
  type DuckDBConnection,
  DuckDBInstance,
  DuckDBTableFunction,
  type DuckDBType,
  ENUM,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { Column } from './column.js';
import type { ColumnBlock, ColumnData } from './column-block.js';
import { quoted } from './duckdb-text.js';
import { SHARD_ROWS_MAX } from './row-sink.js';

/** Rows that DuckDB moves at a time. */
const VECTOR_ROWS = 2048;

export type Codec = 'zstd' | 'snappy';

export interface ParquetFile {
  readonly file: string;
  /** Columns that hold one value throughout. */
  readonly constants: Readonly<Record<string, string>>;
  /** Key-value metadata of the file. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Files written at the same time: with the reader that fills blocks, enough for two or three cores. */
export const LANES = 2;

/**
 * Writes blocks as Parquet files (zstd) by DuckDB, which pulls the rows out of the block's arrays. The bytes depend on
 * the rows, the options below and the version of DuckDB alone: not on the number of threads, nor on what else is or was
 * written.
 */
export class ParquetWriter {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly free: Lane[],
  ) {}

  /** @param threads of DuckDB, beside one for each lane */
  static async open(threads = 1): Promise<ParquetWriter> {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(threads),
      preserve_insertion_order: 'true',
    });
    const lanes = Array.from({ length: LANES }, async (_, lane) => new Lane(await instance.connect(), `lane${lane}`));
    return new ParquetWriter(instance, await Promise.all(lanes));
  }

  /** At most LANES files at a time. */
  async write(block: ColumnBlock, file: ParquetFile): Promise<void> {
    const lane = this.free.pop();
    if (!lane) throw new RangeError(`more than ${LANES} files at a time`);
    try {
      await lane.write(block, file);
    } finally {
      this.free.push(lane);
    }
  }

  close(): void {
    for (const lane of this.free) lane.close();
    this.instance.closeSync();
  }
}

/** A connection that writes one file at a time. */
class Lane {
  private block: ColumnBlock | null = null;
  private nextRow = 0;
  private readonly functions = new Map<readonly Column[], string>();

  constructor(
    private readonly connection: DuckDBConnection,
    private readonly name: string,
  ) {}

  async write(block: ColumnBlock, { file, constants, metadata }: ParquetFile): Promise<void> {
    this.block = block;
    this.nextRow = 0;
    const columns = block.data.map(({ column, values, runs }) =>
      values === null && runs === null ? `CAST(NULL AS ${sqlTypeOf(column)}) AS ${column.name}` : column.name,
    );
    const fixed = Object.entries(constants).map(([name, value]) => `${quoted(value)} AS ${name}`);
    const keys = Object.entries(metadata).map(([key, value]) => `${key}: ${quoted(value)}`);
    await this.connection.run(
      `COPY (SELECT ${[...columns, ...fixed].join(', ')} FROM ${this.functionFor(block.columns)}()) TO ${quoted(file)} (
        FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE ${ROW_GROUP_ROWS}, KV_METADATA {${keys.join(', ')}})`,
    );
    this.block = null;
  }

  close(): void {
    this.connection.closeSync();
  }

  /** A table function for blocks of these columns: DuckDB fixes the types of a function when it is made. */
  private functionFor(columns: readonly Column[]): string {
    const known = this.functions.get(columns);
    if (known !== undefined) return known;
    const name = `${this.name}_${this.functions.size}`;
    const types = columns.map((column) => duckTypeOf(column));
    const source = new DuckDBTableFunction();
    source.setName(name);
    source.setSupportsProjectionPushdown(true);
    source.setBindFunction((bind) => {
      columns.forEach((column, index) => {
        bind.addResultColumn(column.name, types[index]!);
      });
      bind.setCardinality(this.block!.rows, true);
    });
    source.setInitFunction((init) => {
      init.setMaxThreads(1);
      init.setInitData({ indexes: init.getColumnIndexes() });
    });
    duckdb.table_function_set_function(source.table_function, (info, chunk) => {
      const { indexes } = duckdb.function_get_init_data(info) as { indexes: number[] };
      this.fill(chunk, indexes);
    });
    this.connection.registerTableFunction(source);
    this.functions.set(columns, name);
    return name;
  }

  /** Copies the next rows into the vectors that DuckDB hands out; no rows means the end. */
  private fill(chunk: duckdb.DataChunk, indexes: readonly number[]): void {
    const block = this.block!;
    const rows = Math.min(VECTOR_ROWS, block.rows - this.nextRow);
    duckdb.data_chunk_set_size(chunk, rows);
    if (rows === 0) return;
    for (let i = 0; i < indexes.length; i++)
      copyRows(block.data[indexes[i]!]!, duckdb.data_chunk_get_vector(chunk, i), this.nextRow, rows);
    this.nextRow += rows;
  }
}

/** One row group a file: what a reader skips or reads as a whole. */
const ROW_GROUP_ROWS = SHARD_ROWS_MAX;

function copyRows(data: ColumnData, vector: duckdb.Vector, start: number, rows: number): void {
  const { column, values, runs, valid } = data;
  const rowBytes = ROW_BYTES[column.type as keyof typeof ROW_BYTES];
  if (runs) {
    const target = column.type === 'float64' ? float64Rows : int32Rows;
    runs.writeTo(target, start, rows);
    duckdb.copy_data_to_vector(vector, 0, target.buffer, 0, rows * rowBytes);
  } else if (Array.isArray(values)) copyTexts(values, vector, start, rows);
  else if (values) duckdb.copy_data_to_vector(vector, 0, values.buffer, start * rowBytes, rows * rowBytes);
  if (valid && data.mayHaveNull(start, start + rows)) {
    duckdb.vector_ensure_validity_writable(vector);
    // DuckDB reads validity by 64-bit words; a block's capacity is a multiple of 64 rows.
    duckdb.copy_data_to_vector_validity(vector, 0, valid.buffer, start >> 3, Math.ceil(rows / 64) * 8);
  }
}

/** Where runs are written out before they are copied. */
const float64Rows = new Float64Array(VECTOR_ROWS);
const int32Rows = new Int32Array(VECTOR_ROWS);

const ROW_BYTES = { int64: 8, float64: 8, int32: 4, enum: 1 } as const;

function copyTexts(values: readonly (string | null)[], vector: duckdb.Vector, start: number, rows: number): void {
  const valid = Buffer.alloc(VECTOR_ROWS >> 3, 0xff);
  for (let i = 0; i < rows; i++) {
    const value = values[start + i];
    if (value == null) valid[i >> 3]! &= ~(1 << (i & 7));
    else duckdb.vector_assign_string_element(vector, i, value);
  }
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, valid.buffer as ArrayBuffer, valid.byteOffset, valid.length);
}

function duckTypeOf(column: Column): DuckDBType {
  switch (column.type) {
    case 'int64':
      return BIGINT;
    case 'float64':
      return DOUBLE;
    case 'int32':
      return INTEGER;
    case 'text':
      return VARCHAR;
    case 'enum':
      return ENUM(column.values);
  }
}

function sqlTypeOf(column: Column): string {
  return column.type === 'enum' ? `ENUM (${column.values.map(quoted).join(', ')})` : duckTypeOf(column).toString();
}
