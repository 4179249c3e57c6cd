import { Damage, Unfamiliar } from './page-faults.js';
import { numberIn, readStruct, structIn, structsIn, type ThriftStruct, textIn } from './thrift.js';

/** Parquet's numbers of the physical types. */
export const Physical = { int32: 1, int64: 2, double: 5, bytes: 6 } as const;

/** Where the pages of a column lie in its file. */
export interface ColumnLayout {
  readonly physicalType: number;
  /** Then every page says which of its rows are NULL. */
  readonly isOptional: boolean;
  readonly startByte: number;
  readonly sizeBytes: number;
}

/** A Parquet file of one row group and flat columns, as our writer makes it. */
export interface ObjectLayout {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, ColumnLayout>;
}

/**
 * What the footer of a Parquet file says. Source of the field numbers:
 * https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 * @param footer the FileMetaData @param endByte where the footer begins: columns end before it
 * @throws Damage, Unfamiliar
 */
export function layoutOf(footer: Uint8Array, endByte: number): ObjectLayout {
  const { struct: file } = readStruct(footer, 0);
  const [, ...schema] = structsIn(file, 2);
  const groups = structsIn(file, 4);
  if (groups.length !== 1) throw new Unfamiliar(`${groups.length} row groups`);
  const chunks = structsIn(groups[0]!, 1);
  if (chunks.length !== schema.length) throw new Unfamiliar('nested columns');
  const columns = chunks.map((chunk, i) => [textIn(schema[i]!, 4), columnLayout(schema[i]!, chunk, endByte)] as const);
  return { rows: rowsOf(numberIn(groups[0]!, 3)), columns: new Map(columns) };
}

/** What is unpacked lies in memory, an object as a whole: ours have 131,072 at most. */
const ROWS_MAX = 2 ** 20;

function rowsOf(rows: number): number {
  if (!(rows >= 0)) throw new Damage('a row group has no number of rows');
  if (rows > ROWS_MAX) throw new Unfamiliar('more rows than any of ours has');
  return rows;
}

const ZSTD = 6;
const REPEATED = 2;

function columnLayout(schema: ThriftStruct, chunk: ThriftStruct, endByte: number): ColumnLayout {
  const meta = structIn(chunk, 3);
  const repetition = numberIn(schema, 3);
  if (schema.has(5) || repetition === REPEATED) throw new Unfamiliar('nested columns');
  if (numberIn(meta, 4) !== ZSTD) throw new Unfamiliar('another codec than zstd');
  const startByte = numberIn(meta, meta.has(11) ? 11 : 9);
  const sizeBytes = numberIn(meta, 7);
  if (startByte < 0 || sizeBytes < 0 || startByte + sizeBytes > endByte)
    throw new Damage(`the column ${textIn(schema, 4)} does not lie within the file`);
  return { physicalType: numberIn(meta, 1), isOptional: repetition === 1, startByte, sizeBytes };
}
