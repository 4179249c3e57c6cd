import { existsSync } from 'node:fs';
import { z } from 'zod';
import { scoreFold } from '../../research/gate/index.js';
import { fitArm } from '../../research/gate/trade/fit-arm.js';
import { readTrials, recordTrial } from '../../research/gate/trials.js';
import { loadSamples } from '../../research/samples/sample-file.js';
import { drawRecipe } from '../../research/search/draw-recipe.js';
import {
  decodeScoredRecipe,
  gainOf,
  logLossOf,
  overfittingOf,
  type ScoredRecipe,
  scoredRecipe,
  scoreOf,
  trialOf,
} from '../../research/search/scored-recipe.js';
import { SHIP_FILES, ShipFolder } from '../../research/ship/ship-folder.js';
import { readPlan } from '../../research/ship/ship-plan.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { Failure } from '../../shared/failure.js';
import { asked } from '../../shared/orchestration/asked.js';
import { searchInput } from '../../shared/orchestration/search/messages.js';
import { step } from '../step.js';
import type { ResearchDependencies } from './dependencies.js';
import { readFolds } from './gate-plan.js';
import type { SearchActivities } from './search-contract.js';

const RUNGS = 3;
const trialNumber = z.number().int().min(0).max(200);
const rungNumber = z
  .number()
  .int()
  .min(0)
  .max(RUNGS - 1);
const SCORE_BYTES_MAX = 2 ** 24;

/** Recipes of one head, drawn, tried on more and more folds, and all of them counted. */
export function createSearchSteps({ config, library }: ResearchDependencies): SearchActivities {
  const places = homePlaces(config.home).research;
  return {
    scoreRecipe: ({ shipId, search, samples, trial, rung }) =>
      step(async ({ progress, signal }) => {
        const folder = new ShipFolder(places.folder, shipId);
        const { head, seed } = asked(searchInput, search);
        const number = asked(trialNumber, trial);
        const { recipes, thresholds } = readPlan(folder);
        const inUse = recipes[head];
        const planned = readFolds(folder).plans.find((plan) => plan.head === head)?.folds ?? [];
        if (!inUse || planned.length === 0) throw nothingToSearch(head);
        const recipe = number === 0 ? inUse : drawRecipe(seed, number, inUse);
        const { file, sha256 } = folder.locate(samples.samples, SHIP_FILES.samples(head));
        const rows = loadSamples(file, sha256);
        const { learn } = fitArm(rows, library, {
          signal,
          onRound: (done, of) => progress({ doing: `recipe ${number} of ${head}`, done, of }),
        });
        const wanted = Math.ceil((planned.length * (asked(rungNumber, rung) + 1)) / RUNGS);
        const folds = [...(scoreIn(folder, number)?.folds ?? [])];
        for (const fold of planned.slice(folds.length, wanted)) {
          // One seed tells recipes apart well enough to drop half of them.
          const ask = { samples: rows, fold, candidate: recipe, prior: null };
          folds.push(scoreOf(await scoreFold({ ...ask, thresholds: { ...thresholds, seedsPerArm: 1 } }, learn)));
        }
        const scored: ScoredRecipe = { kind: 'believe.scored-recipe', version: 1, trial: number, recipe, folds };
        folder.writeJson(scoreFile(number), scoredRecipe.parse(scored));
        return { trial: number, folds: wanted, logLoss: logLossOf(scored, wanted) };
      }),

    concludeSearch: ({ shipId, search }) =>
      step(async () => {
        const folder = new ShipFolder(places.folder, shipId);
        const { head, tries } = asked(searchInput, search);
        const all = Array.from({ length: tries + 1 }, (_, trial) => scoreIn(folder, trial)).filter(
          (one) => one !== null,
        );
        const [base] = all;
        if (base?.trial !== 0) throw nothingToSearch(head);
        for (const scored of all) await recordTrial(places.trials, trialOf(scored, shipId));
        const finished = all.filter(({ folds }) => folds.length === base.folds.length);
        const best = finished.reduce((least, one) => (logLossOf(one) < logLossOf(least) ? one : least));
        const result = {
          ...{ head, synthetic: readPlan(folder).synthetic, tried: all.length },
          best: { trial: best.trial, recipe: best.recipe, logLoss: logLossOf(best) },
          base: { recipe: base.recipe, logLoss: logLossOf(base) },
          gain: gainOf(best, base),
          pbo: overfittingOf(all),
          trialsCounted: (await readTrials(places.trials)).length,
        };
        return { ...result, report: folder.writeJson('search.json', { ...result, all }) };
      }),
  };
}

function scoreFile(trial: number): string {
  return `recipes/${trial}.json`;
}

function scoreIn(folder: ShipFolder, trial: number): ScoredRecipe | null {
  const name = scoreFile(trial);
  if (!existsSync(folder.file(name))) return null;
  return decodeScoredRecipe(folder.readOwn(name, SCORE_BYTES_MAX).toString('utf8'), folder.file(name));
}

function nothingToSearch(head: string): Failure {
  return new Failure(
    'NoSamples',
    `there are no folds of ${head} to try recipes on`,
    'give more trade dates, or name a head of training.heads',
  );
}
