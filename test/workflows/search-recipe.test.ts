import assert from 'node:assert/strict';
import type { SearchActivities, TrialSummary } from '../../activities/research/search-contract.js';
import { HEAD_NAMES } from '../../shared/model/heads/head-specs.js';
import type { SearchResult } from '../../shared/orchestration/search/messages.js';
import { ScriptedServer } from './scripted-server.js';
import { scriptedTiers } from './scripted-tiers.js';

const RECIPE = {
  rounds: 40,
  maxDepth: 3,
  eta: 0.1,
  minChildWeight: 20,
  subsample: 0.8,
  colsampleByTree: 0.8,
  lambda: 5,
  seed: 1,
};

/** Recipes whose log loss falls with their number; `base` is that of the one in use. */
function searchTiers(base: number) {
  const asked: { trial: number; rung: number }[] = [];
  let concluded: readonly TrialSummary[] = [];
  const search: SearchActivities = {
    scoreRecipe: async ({ trial, rung }) => {
      asked.push({ trial, rung });
      return { trial, folds: 2 * (rung + 1), logLoss: trial === 0 ? base : 0.7 - trial / 100 };
    },
    concludeSearch: async ({ search: { head, tries }, trials }) => {
      concluded = trials;
      const least = trials.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
      const best = { trial: least.trial, recipe: RECIPE, logLoss: least.logLoss };
      return {
        ...{ head, synthetic: true, tried: tries + 1, best, base: { recipe: RECIPE, logLoss: base } },
        ...{
          gain: null,
          pbo: null,
          trialsCounted: tries + 3,
          report: { uri: 'search.json', sha256: 'a'.repeat(64), bytes: 1 },
        },
      };
    },
  };
  const tiers = scriptedTiers({});
  return { ...tiers, research: { ...tiers.research, ...search }, asked, concluded: () => concluded };
}

describe('searchRecipe', () => {
  let server: ScriptedServer;
  before(async () => {
    server = await ScriptedServer.open();
  });
  after(() => server.close());
  const resultOf = async (run: { result(): Promise<unknown> }) => (await run.result()) as SearchResult;

  it('halves the recipes at each rung, keeps the one in use to the end, and says which was best', async () => {
    await server.runTiers(
      'search-done',
      searchTiers(0.68),
      async (run, { asked, concluded }) => {
        const { best, tried, trialsCounted } = await resultOf(run);
        assert.deepEqual([best.trial, tried, trialsCounted], [8, 9, 11]);
        const rung = (of: number) =>
          asked
            .filter((one) => one.rung === of)
            .map(({ trial }) => trial)
            .sort((a, b) => a - b);
        assert.deepEqual(
          [rung(0), rung(1), rung(2)],
          [
            [0, 1, 2, 3, 4, 5, 6, 7, 8],
            [0, 5, 6, 7, 8],
            [0, 7, 8],
          ],
        );
        assert.equal(concluded().length, 3);
      },
      { type: 'searchRecipe', input: { head: HEAD_NAMES[0], tries: 8 } },
    );
  });

  it('keeps the one in use where nothing that was drawn is better', async () => {
    await server.runTiers(
      'search-nothing-better',
      searchTiers(0.5),
      async (run) => assert.equal((await resultOf(run)).best.trial, 0),
      { type: 'searchRecipe', input: { tries: 2 } },
    );
  });

  it('names the wrong field of its input', async () => {
    await server.with(searchTiers(0.5), async () => {
      const run = await server.start('search-wrong', { tries: 1 }, 'searchRecipe');
      await assert.rejects(run.result(), (error: Error) => /tries/.test(String((error.cause as Error)?.message)));
    });
  });
});
