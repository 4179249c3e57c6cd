import type { HeadRecipe, HeadSamples } from '../../shared/model/heads/head.js';
import type { Booster, LibraryFile } from './booster.js';
import { splitHoldout } from './holdout.js';
import { type TrainingJob, trainBooster } from './train-booster.js';
import { uniquenessWeights } from './uniqueness.js';

export interface RowsToFit extends Pick<TrainingJob, 'onRound' | 'signal' | 'threads' | 'checkpointFile'> {
  readonly samples: HeadSamples;
  /** Of the samples, in order of time. */
  readonly rows: Int32Array;
  readonly recipe: HeadRecipe;
  readonly library: LibraryFile;
}

/**
 * Fits a recipe to some rows of a head, with all that the recipe asks for: weights by uniqueness, and as many rounds as help on the last
 * quarter of the rows, purged, after which all rows are fitted with that number.
 */
export async function fitRows(ask: RowsToFit): Promise<Booster> {
  const { samples, rows, recipe, library, signal, threads, onRound, checkpointFile } = ask;
  const { features, columns, label, head, startMs, endMs } = samples;
  const matrix = {
    ...{ library, features, rows: samples.rows, columns, columnNames: head.features, label, classes: head.classes },
    ...{ signal, threads },
  };
  const weightsOf = (some: Int32Array) => (recipe.uniqueness ? uniquenessWeights(startMs, endMs, some) : undefined);
  const split = recipe.earlyStopRounds === undefined ? null : splitHoldout(samples, rows);
  const rounds = split
    ? (
        await trainBooster({
          ...{ ...matrix, recipe, rowIndices: split.train, validation: split.test, weight: weightsOf(split.train) },
        })
      ).rounds
    : recipe.rounds;
  // All rows in their own order need no copy.
  const rowIndices = rows.length === samples.rows ? undefined : rows;
  const job = { ...matrix, recipe: { ...recipe, rounds }, weight: weightsOf(rows), onRound, checkpointFile };
  return await trainBooster(rowIndices ? { ...job, rowIndices } : job);
}
