import type { HeadRecipe } from '../../shared/model/heads/head.js';
import type { Booster, FeatureRows, LibraryFile } from './booster.js';
import { runOnBoosterThread } from './booster-threads.js';
import { checkRows } from './check-rows.js';
import { UnusableRows } from './gather-rows.js';

export interface TrainingJob extends FeatureRows {
  readonly library: LibraryFile;
  /** Class index of every row of the matrix (of all of them, also when `rowIndices` selects some). */
  readonly label: Uint8Array;
  readonly classes: 2 | 3;
  readonly recipe: HeadRecipe;
  /** Cores of one fit; the model's bytes do not depend on it. 1 unless told. */
  readonly threads?: number | undefined;
  /** Of each row that is trained on, in their order. */
  readonly weight?: Float32Array | undefined;
  /** Rows of the matrix that tell when to stop. */
  readonly validation?: Int32Array | undefined;
  /** Where a long fit is kept between stretches of rounds: a fit of the same rows and recipe goes on from there. */
  readonly checkpointFile?: string | undefined;
  /** After each round, on the caller's event loop, which stays free: send heartbeats from here. */
  readonly onRound?: ((round: number, totalRounds: number, trainLogLoss: number) => void) | undefined;
  /** Stops between two rounds; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Trains one gradient-boosted model by libxgboost in a worker thread. Fits that run at the same time get threads of
 * their own, at most one per core; further ones wait.
 * @throws UnusableRows for wrong shapes, infinities (row and column named) or labels of a single class
 * @throws Failure of type `Xgboost` with the library's own text, `LibraryMissing` or `LibraryChanged`
 */
export async function trainBooster(job: TrainingJob): Promise<Booster> {
  checkRows(job);
  checkLabels(job);
  const { features, rows, columns, rowIndices, columnNames, label, classes, recipe, onRound, signal } = job;
  const { weight, validation, checkpointFile } = job;
  const control = new Int32Array(new SharedArrayBuffer(4));
  const result = await runOnBoosterThread(
    job.library,
    {
      kind: 'train',
      ...{ features, rows, columns, rowIndices, columnNames, label, classes, recipe, control },
      ...{ weight, validation, checkpointFile },
      threads: job.threads ?? 1,
      reportLogLoss: onRound !== undefined,
    },
    { signal, onRound: onRound && (({ round, trainLogLoss }) => onRound(round, recipe.rounds, trainLogLoss!)) },
  );
  return result as Booster;
}

function checkLabels({ label, rows, rowIndices, classes }: TrainingJob): void {
  if (label.length !== rows)
    throw new UnusableRows(`${label.length} labels for ${rows} rows`, 'Give one class index per row.');
  const seen = new Uint32Array(classes);
  for (let i = 0; i < (rowIndices?.length ?? rows); i++) {
    const row = rowIndices ? rowIndices[i]! : i;
    const value = label[row]!;
    if (value >= classes)
      throw new UnusableRows(`row ${row} has class ${value}, of ${classes} classes`, 'Classes count from 0.', { row });
    seen[value]!++;
  }
  if (seen.filter((count) => count > 0).length < 2)
    throw new UnusableRows(
      `all ${rowIndices?.length ?? rows} rows have class ${seen.findIndex((count) => count > 0)}`,
      'Use a longer span of data, a shorter horizon or fewer flat ticks, so that at least two classes occur.',
    );
}
