import { z } from 'zod';
import { jsonOfFormat } from '../../shared/formats/version-found.js';
import { headRecipe } from '../../shared/model/heads/head.js';
import { tradeDateNumber } from '../gate/fold-contract.js';
import type { ScoredFold } from '../gate/index.js';
import { backtestOverfitting } from '../gate/statistics/backtest-overfitting.js';
import { ratioInterval } from '../gate/statistics/day-interval.js';
import { returnMoments } from '../gate/statistics/sharpe.js';
import { total } from '../gate/statistics/total.js';
import type { Trial } from '../gate/trials.js';

const day = z.strictObject({
  tradeDate: tradeDateNumber,
  rows: z.number().int().nonnegative(),
  logLossSum: z.number(),
  /** One contract of this head alone. */
  netTicks: z.number(),
});

/** One recipe on the folds that it has been scored on so far. */
export const scoredRecipe = z.strictObject({
  kind: z.literal('believe.scored-recipe'),
  version: z.literal(1),
  trial: z.number().int().nonnegative(),
  recipe: headRecipe,
  folds: z.array(z.strictObject({ fold: z.number().int().nonnegative(), days: z.array(day) })),
});
export type ScoredRecipe = Readonly<z.infer<typeof scoredRecipe>>;

export function decodeScoredRecipe(text: string, file: string): ScoredRecipe {
  return scoredRecipe.parse(jsonOfFormat('scored recipe', file, text));
}

export function scoreOf({ score }: ScoredFold): ScoredRecipe['folds'][number] {
  const days = score.candidate.days.map(({ tradeDate, rows, logLossSum, netTicks }) => ({
    ...{ tradeDate, rows, logLossSum, netTicks },
  }));
  return { fold: score.fold, days };
}

/** Mean over the rows of the first `folds` folds, nats. */
export function logLossOf({ folds }: ScoredRecipe, count = folds.length): number {
  const days = folds.slice(0, count).flatMap((fold) => fold.days);
  return total(days, ({ logLossSum }) => logLossSum) / total(days, ({ rows }) => rows);
}

/** What the ledger keeps of a try, whether it came far or not. */
export function trialOf(scored: ScoredRecipe, searchId: string): Trial {
  const net = new Map<number, number>();
  for (const { tradeDate, netTicks } of scored.folds.flatMap(({ days }) => days))
    net.set(tradeDate, (net.get(tradeDate) ?? 0) + netTicks);
  const daily = [...net].sort(([a], [b]) => a - b);
  const returns = daily.map(([, ticks]) => ticks);
  const sharpePerDay = returns.length < 2 ? 0 : returnMoments(returns).sharpe;
  return { runId: `${searchId}#${scored.trial}`, sharpePerDay, tradeDates: daily.length, daily };
}

/** Fewer recipes are no search, and fewer dates have no halves that say anything. */
const [RECIPES_MIN, DATES_MIN, PARTITIONS] = [10, 8, 8];

/** By what every recipe earned on the dates that all of them were tried on: those of the first rung. */
export function overfittingOf(all: readonly ScoredRecipe[]) {
  const shared = Math.min(...all.map(({ folds }) => folds.length));
  const returns = all.map(({ folds }) =>
    folds.slice(0, shared).flatMap(({ days }) => days.map(({ netTicks }) => netTicks)),
  );
  if (all.length < RECIPES_MIN || returns[0]!.length < DATES_MIN) return null;
  return backtestOverfitting(returns, PARTITIONS);
}

/** How much less the one loses than the other a row, by Student's t over trade dates. */
export function gainOf(best: ScoredRecipe, base: ScoredRecipe) {
  const daysOf = ({ folds }: ScoredRecipe) => folds.flatMap(({ days }) => days);
  const [ours, theirs] = [daysOf(best), daysOf(base)];
  return ratioInterval(
    ours.map(({ logLossSum }, at) => theirs[at]!.logLossSum - logLossSum),
    ours.map(({ rows }) => rows),
  );
}
