import { Failure } from '../../shared/failure.js';
import type { FeatureRows } from './booster.js';

/** The training or prediction rows cannot be used; the message names the row and the column. */
export class UnusableRows extends Failure {
  constructor(reason: string, fix: string, details: Readonly<Record<string, unknown>> = {}) {
    super('UnusableRows', reason, fix, details);
  }
}

/**
 * Copies the wanted rows next to each other and proves that every value is finite or NaN (missing): libxgboost would
 * refuse an infinity without saying where it is.
 * @throws UnusableRows naming row and column
 */
export function gatherRows(source: FeatureRows, label?: Uint8Array) {
  const { features, columns, rowIndices } = source;
  const rows = rowIndices?.length ?? source.rows;
  const gathered = rowIndices ? new Float32Array(rows * columns) : features.subarray(0, rows * columns);
  const gatheredLabel = new Float32Array(label ? rows : 0);
  for (let row = 0; row < rows; row++) {
    const from = rowIndices ? rowIndices[row]! : row;
    const offset = from * columns;
    for (let column = 0; column < columns; column++) {
      const value = features[offset + column]!;
      if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
        throw infinite(source, from, column, value);
      if (rowIndices) gathered[row * columns + column] = value;
    }
    if (label) gatheredLabel[row] = label[from]!;
  }
  return { features: gathered, label: gatheredLabel, rows };
}

function infinite(source: FeatureRows, row: number, column: number, value: number): UnusableRows {
  const name = source.columnNames?.[column];
  return new UnusableRows(
    `row ${row}, column ${column}${name ? ` (${name})` : ''} is ${value}`,
    'A feature must be finite, or NaN where it is missing: correct the feature or drop the row.',
    { row, column, name, value: String(value) },
  );
}
