import type { FeatureRows } from './booster.js';
import { UnusableRows } from './gather-rows.js';

/** The shape of a feature matrix and of the rows chosen from it. @throws UnusableRows */
export function checkRows({ features, rows, columns, rowIndices }: FeatureRows): void {
  if (!Number.isInteger(rows) || !Number.isInteger(columns) || rows < 1 || columns < 1)
    throw new UnusableRows(
      `${rows} rows x ${columns} columns is not a feature matrix`,
      'Check that the data gave any samples.',
    );
  if (features.length < rows * columns)
    throw new UnusableRows(
      `${features.length} values cannot hold ${rows} rows x ${columns} columns`,
      'Give features row-major.',
    );
  if (rowIndices === undefined) return;
  if (rowIndices.length === 0) throw new UnusableRows('no rows were chosen', 'Choose at least one row.');
  for (const row of rowIndices)
    if (row < 0 || row >= rows) throw new UnusableRows(`row ${row} was chosen of ${rows} rows`, 'Rows count from 0.');
}
