import { z } from 'zod';
import { type HeadRecipe, headName } from '../../model/heads/head.js';

/**
 * The one argument of `searchRecipe`. Every field has a default, so that `{}` in the Web UI's form, `temporal` and `tctl` searches for a
 * recipe of the head of bars.
 */
export const searchInput = z.strictObject({
  /** Of which head. */
  head: headName.default('XGB_5m'),
  /** Recipes that are drawn and tried, besides the one in use. Every one of them is counted as a trial for good. */
  tries: z.number().int().min(2).max(200).default(16),
  /** Of the draws: the same seed tries the same recipes. */
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31)
    .default(1),
  /** Who asked, for the record. */
  requestedBy: z.string().min(1).max(200).default('unnamed'),
});
export type SearchInput = z.input<typeof searchInput>;
export type SearchRequest = Readonly<z.output<typeof searchInput>>;

export interface SearchResult {
  readonly head: string;
  readonly synthetic: boolean;
  /** Recipes that were tried, the one in use among them. */
  readonly tried: number;
  readonly best: { readonly trial: number; readonly recipe: HeadRecipe; readonly logLoss: number };
  /** The recipe in use, on the same folds. */
  readonly base: { readonly recipe: HeadRecipe; readonly logLoss: number };
  /** Fall of the mean log loss against it, nats, with a 90 % interval over trade dates; null with too few of them. */
  readonly gain: { readonly estimate: number; readonly low: number; readonly high: number } | null;
  /**
   * Probability that the recipe that earned most on half of the first rung's dates is below average on the other half; null with fewer than
   * ten recipes or eight dates.
   */
  readonly pbo: { readonly probability: number; readonly configurations: number; readonly combinations: number } | null;
  /** Lines of the ledger from now on: every later release is deflated by them. */
  readonly trialsCounted: number;
}
