import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { measurementIn, recipeSha256 } from '../../research/evidence/measurement.js';
import { foldPeers, measuringKey, measuringPublicKey } from '../../research/evidence/measuring-keys.js';
import { FoldExchange } from '../../research/folds/fold-exchange.js';
import { signOffer } from '../../research/folds/fold-offer.js';
import { decodeScoredFold, type FoldPlan, type PlannedFold, type ScoredFold } from '../../research/gate/index.js';
import { decodeFoldModels } from '../../research/gate/trade/fold-models.js';
import { keepSigned } from '../../research/ship/measured.js';
import { SHIP_FILES, ShipFolder } from '../../research/ship/ship-folder.js';
import { readPlan } from '../../research/ship/ship-plan.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { Failure } from '../../shared/failure.js';
import { asked } from '../../shared/orchestration/asked.js';
import type { Reference } from '../../shared/reference.js';
import { step } from '../step.js';
import type { ResearchActivities, SamplesSummary } from './contract.js';
import type { ResearchDependencies } from './dependencies.js';
import { foldCodeOf } from './fold-code.js';
import type { MadeFold } from './fold-contract.js';
import {
  blockOf,
  foldSummary,
  modelsFile,
  readFolds,
  releaseName,
  type ScoreKey,
  scoreFile,
  scoreKey,
} from './gate-plan.js';
import { priorRecipe } from './score-blocks.js';

interface ToOffer {
  readonly shipId: string;
  readonly plans: readonly FoldPlan[];
  readonly samples: readonly SamplesSummary[];
  readonly priorVersion: number | null;
}

/** Sends the samples, and what is to be scored on them, to where other research hosts find them. @returns the offer */
export async function offerFolds(
  dependencies: ResearchDependencies,
  folder: ShipFolder,
  { shipId, plans, samples, priorVersion }: ToOffer,
): Promise<Reference> {
  const { config } = dependencies;
  const { releases } = homePlaces(config.home).research;
  const { recipes, thresholds } = readPlan(folder);
  const exchange = await FoldExchange.open(config);
  await exchange.trim();
  await exchange.removeOld();
  const heads = [];
  for (const { head, folds } of plans) {
    if (folds.length === 0) continue;
    const { file, sha256 } = folder.locate(samples.find((one) => one.head === head)!.samples, SHIP_FILES.samples(head));
    const sent = await exchange.send(await readFile(file));
    if (sent.sha256 !== sha256) throw new Failure('ReferenceBroken', `${file} has changed since`, 'start a new ship');
    const prior = await priorRecipe(releases, priorVersion, head);
    heads.push({ head, samples: { sha256, bytes: sent.bytes }, recipe: recipes[head]!, prior, folds: [...folds] });
  }
  const offer = {
    ...{ kind: 'believe.fold-offer' as const, version: 1 as const, shipId, heads, thresholds },
    ...{ code: foldCodeOf(dependencies), priorRelease: releaseName(priorVersion) },
  };
  return await exchange.send(signOffer(offer, measuringKey(config.home)));
}

/** Brings home what some host has scored, into the ship's folder: there it lies as if it had been scored here. */
export function createOfferSteps({ config }: ResearchDependencies): Pick<ResearchActivities, 'takeFold'> {
  const places = homePlaces(config.home).research;
  return {
    takeFold: ({ shipId, plan, head, fold, made }) =>
      step(async () => {
        const folder = new ShipFolder(places.folder, shipId);
        const key = asked(scoreKey, { head, fold, priorVersion: plan.priorVersion });
        const { plans, samples } = readFolds(folder);
        const { planned, isFiles } = blockOf(plans, key);
        if (isFiles) throw refused(key, 'the files are scored where they lie');
        const told = measurementIn(made.measured, [measuringPublicKey(config.home), ...foldPeers(config.home)]);
        if (!told) throw refused(key, 'no host whose key is in research/fold-peers has signed it');
        const meant = {
          ...{ kind: 'believe.measurement', version: 1, what: 'fold', shipId, head, fold },
          ...{ priorRelease: releaseName(key.priorVersion), samplesSha256: samples[head] },
          ...{ recipeSha256: recipeSha256(readPlan(folder).recipes[head]!), onnxSha256: null },
          ...{ scoreSha256: made.score.sha256, modelsSha256: made.models.sha256 },
        };
        if (!isDeepStrictEqual(told, meant)) throw refused(key, 'what was signed is another fold');
        const { score, models, scored } = await filesOf(await FoldExchange.open(config), key, planned, made);
        folder.write(modelsFile(head, fold, key.priorVersion), models);
        const kept = folder.write(scoreFile(key), score);
        keepSigned(folder, told, made.measured);
        return foldSummary(key, scored.score, kept);
      }),
  };
}

/** @throws Failure 'FoldRefused' where they cannot be used; BucketAway */
async function filesOf(exchange: FoldExchange, key: ScoreKey, planned: PlannedFold, made: MadeFold) {
  try {
    const [score, models] = [await exchange.read(made.score), await exchange.read(made.models)];
    const scored = decodeScoredFold(score, made.score.uri);
    const fitted = decodeFoldModels(models, made.models.uri);
    if (!isOf(scored, key, planned) || fitted.spec.name !== key.head || fitted.fold !== key.fold)
      throw refused(key, 'its files are of other rows');
    return { score, models, scored };
  } catch (error) {
    if (!(error instanceof Failure) || error.retryable || error.type === 'BucketRefused') throw error;
    throw error.type === 'FoldRefused' ? error : refused(key, error.message);
  }
}

/** A host that signs other rows than those that were planned would be found out by nobody later. */
function isOf({ score }: ScoredFold, { head, priorVersion }: ScoreKey, planned: PlannedFold): boolean {
  const { testRowFirst, testRowEnd, ...rows } = planned;
  const { trainRows, purgedRows, testTradeDateFirst, testTradeDateLast } = score;
  return (
    score.head === head &&
    score.by === 'refits' &&
    score.testRows === testRowEnd - testRowFirst &&
    (score.prior === null || priorVersion !== null) &&
    isDeepStrictEqual({ fold: score.fold, trainRows, purgedRows, testTradeDateFirst, testTradeDateLast }, rows)
  );
}

function refused({ head, fold }: ScoreKey, why: string): Failure {
  return new Failure(
    'FoldRefused',
    `fold ${fold + 1} of ${head}, which another host has scored, is not taken: ${why}`,
    'see which host it was (the history names it); it is scored here instead',
  );
}
