import { existsSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { BadInput } from '../../../shared/failure.js';
import { quoted } from '../../store/duckdb-text.js';

/** Values of each feature, NaN where one is missing, and the columns that hold no numbers. */
export interface FeatureColumns {
  readonly columns: ReadonlyMap<string, Float64Array>;
  readonly otherColumns: readonly string[];
}

const NUMERIC =
  /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|FLOAT|DOUBLE|DECIMAL.*|BOOLEAN)$/;
const MISSING = ['', 'nan', 'NaN', 'NA', 'null'];

/** Every column of numbers of a CSV file with a header line, or of a Parquet file. @throws BadInput */
export async function readFeatureColumns(file: string): Promise<FeatureColumns> {
  if (!existsSync(file)) throw new BadInput(file, undefined, 'is not there', 'name a CSV or Parquet file');
  const source = file.toLowerCase().endsWith('.parquet')
    ? `read_parquet(${quoted(file)})`
    : `read_csv(${quoted(file)}, header = true, sample_size = -1, nullstr = [${MISSING.map(quoted).join(', ')}])`;
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', preserve_insertion_order: 'true' });
  try {
    const connection = await instance.connect();
    const refuse = (error: Error): never => {
      throw new BadInput(
        file,
        undefined,
        `cannot be read: ${error.message.split('\n', 1)[0]}`,
        'give a CSV file with a header line, or a Parquet file',
      );
    };
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`).catch(refuse);
    const all = described
      .getRowObjects()
      .map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
    const numeric = all.filter(({ type }) => NUMERIC.test(type));
    if (numeric.length === 0)
      throw new BadInput(file, undefined, 'has no column of numbers', 'give one column a feature');
    const chosen = numeric.map(({ name }) => `CAST("${name.replaceAll('"', '""')}" AS DOUBLE)`).join(', ');
    const read = await connection.runAndReadAll(`SELECT ${chosen} FROM ${source}`).catch(refuse);
    const values = read.getColumns();
    return {
      columns: new Map(numeric.map(({ name }, at) => [name, numbersOf(values[at] ?? [])])),
      otherColumns: all.filter((column) => !numeric.includes(column)).map(({ name }) => name),
    };
  } finally {
    instance.closeSync();
  }
}

function numbersOf(values: readonly unknown[]): Float64Array {
  return Float64Array.from(values, (value) => (typeof value === 'number' ? value : Number.NaN));
}
