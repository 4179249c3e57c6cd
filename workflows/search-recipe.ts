import { proxyActivities, setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { SearchActivities, TrialSummary } from '../activities/research/search-contract.js';
import {
  type SearchInput,
  type SearchRequest,
  type SearchResult,
  searchInput,
} from '../shared/orchestration/search/messages.js';
import { shipInput } from '../shared/orchestration/ship/messages.js';
import { SHIP_ATTRIBUTES } from '../shared/orchestration/ship/search-attributes.js';
import { runIdentityOf } from '../shared/orchestration/ship/ship-id.js';
import { TASK_QUEUES } from '../shared/orchestration/ship/task-queues.js';
import { searchMarkdown } from './search/search-markdown.js';
import { research } from './steps/activities.js';
import { invalidInput } from './steps/refusal.js';

/** On a third of the folds, on two thirds, on all of them. */
const RUNGS = [0, 1, 2];

const searching = proxyActivities<SearchActivities>({
  startToCloseTimeout: '6h',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 10 },
  taskQueue: TASK_QUEUES.research,
});

/**
 * A bounded search for a recipe of one head, by successive halving over the pool of research workers: every rung scores on more folds, and
 * the better half goes on. Every try is written into the ledger of trials, which deflates what is released from then on. What
 * is found trades nothing: people put it into the settings, and a ship is gated like any other.
 */
export async function searchRecipe(input: SearchInput = {}): Promise<SearchResult> {
  const request = searchInput.safeParse(input ?? {});
  if (!request.success) throw invalidInput(request.error, '{"head":"XGB_5m","tries":16}');
  const shipId = runIdentityOf(workflowInfo());
  const search = request.data;
  const ship = shipInput.parse({ requestedBy: search.requestedBy, note: `search of ${search.tries} recipes` });
  const plan = await research.openShip({ shipId, request: ship });
  upsertSearchAttributes([
    { key: SHIP_ATTRIBUTES.instrument, value: plan.instrument },
    { key: SHIP_ATTRIBUTES.synthetic, value: plan.synthetic },
  ]);
  const trainingSet = await research.pinTrainingSet({ shipId });
  const all = await research.buildSamples({ shipId, trainingSet });
  await research.planGate({ shipId, samples: all });
  const samples = all.find(({ head }) => head === search.head) ?? all[0]!;
  const trials = await climb(shipId, search, samples);
  const { report: _report, ...result } = await searching.concludeSearch.executeWithOptions(
    { summary: `${search.tries} recipes, all counted` },
    [{ shipId, search, trials }],
  );
  setCurrentDetails(searchMarkdown(result));
  return result;
}

/** The recipe in use stays to the end: the others are set against it. */
async function climb(
  shipId: string,
  search: SearchRequest,
  samples: Parameters<SearchActivities['scoreRecipe']>[0]['samples'],
): Promise<TrialSummary[]> {
  let going = Array.from({ length: search.tries + 1 }, (_, trial) => trial);
  let scored: TrialSummary[] = [];
  for (const rung of RUNGS) {
    scored = await Promise.all(
      going.map((trial) =>
        searching.scoreRecipe.executeWithOptions({ summary: `recipe ${trial}, rung ${rung + 1}` }, [
          { shipId, search, samples, trial, rung },
        ]),
      ),
    );
    const better = scored.filter(({ trial }) => trial !== 0).sort((a, b) => a.logLoss - b.logLoss || a.trial - b.trial);
    going = [0, ...better.slice(0, Math.ceil(better.length / 2)).map(({ trial }) => trial)];
    setCurrentDetails(
      `Rung ${rung + 1} of ${RUNGS.length}: ${scored.length} recipes scored on ${scored[0]!.folds} folds.`,
    );
  }
  return scored;
}
