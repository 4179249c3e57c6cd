import type { ArmScore, DayScore } from './fold-contract.js';
import type { FitScore, RowScores } from './score-arm.js';
import { total } from './statistics/total.js';

export interface SeededFit extends FitScore {
  readonly seed: number;
}

/**
 * What a recipe did, whatever its seed: the mean of its fits to the same rows. Rows, trade dates, bins and tenths are the same
 * ones in every fit, so that sums average one by one.
 */
export function averageFits(fits: readonly SeededFit[]): { score: ArmScore; rows: RowScores } {
  const first = fits[0]!.score;
  const scores = fits.map(({ score }) => score);
  return {
    rows: {
      logLoss: meanColumn(fits.map(({ rows }) => rows.logLoss)),
      expectedTicks: meanColumn(fits.map(({ rows }) => rows.expectedTicks)),
      netTicks: meanColumn(fits.map(({ rows }) => rows.netTicks)),
    },
    score: {
      logLossSum: meanOf(scores, (score) => score.logLossSum),
      directionalRows: first.directionalRows,
      directionalHits: meanOf(scores, (score) => score.directionalHits),
      brierSum: meanOf(scores, (score) => score.brierSum),
      confusion: first.confusion.map((_, at) => meanOf(scores, ({ confusion }) => confusion[at]!)),
      bins: first.bins.map((bins, scored) =>
        bins.map((_, at) => meanFields(scores.map(({ bins }) => bins[scored]![at]!))),
      ),
      deciles: first.deciles.map((_, at) => meanFields(scores.map(({ deciles }) => deciles[at]!))),
      days: first.days.map((_, at): DayScore => meanFields(scores.map(({ days }) => days[at]!))),
      seeds: fits.map(({ seed, score }) => ({
        seed,
        logLossSum: score.logLossSum,
        netTicks: total(score.days, (day) => day.netTicks),
      })),
    },
  };
}

function meanFields<T extends Readonly<Record<string, number>>>(each: readonly T[]): T {
  const fields = Object.keys(each[0]!).map((name) => [name, meanOf(each, (one) => one[name]!)]);
  return Object.fromEntries(fields) as T;
}

/** Of equal values their own value, to the bit. */
function meanOf<T>(each: readonly T[], of: (one: T) => number): number {
  const first = of(each[0]!);
  return first + total(each, (one) => of(one) - first) / each.length;
}

function meanColumn(columns: readonly Float32Array[]): Float32Array {
  return Float32Array.from(columns[0]!, (_, row) => meanOf(columns, (column) => column[row]!));
}
