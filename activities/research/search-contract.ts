import type { SearchRequest, SearchResult } from '../../shared/orchestration/search/messages.js';
import type { Reference } from '../../shared/reference.js';
import type { SamplesSummary, ShipKey } from './contract.js';

export interface TrialSummary {
  /** 0 is the recipe in use. */
  readonly trial: number;
  readonly folds: number;
  readonly logLoss: number;
}

export interface SearchActivities {
  /** Scores one recipe on the folds of a rung (0, 1, 2: a third, two thirds, all of them); folds of the rungs before are kept. */
  scoreRecipe(
    ask: ShipKey & { search: SearchRequest; samples: SamplesSummary; trial: number; rung: number },
  ): Promise<TrialSummary>;
  /** Writes every try into the ledger of trials, and says which recipe was best. */
  concludeSearch(
    ask: ShipKey & { search: SearchRequest; trials: readonly TrialSummary[] },
  ): Promise<SearchResult & { readonly report: Reference }>;
}
