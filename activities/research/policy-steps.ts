import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { FoldPlan } from '../../research/gate/index.js';
import { type PolicyDay, policyDay } from '../../research/gate/policy-day.js';
import { decodeFoldModels, type FoldModels, headSetsOf } from '../../research/gate/trade/fold-models.js';
import { type DayToTrade, tradeDay } from '../../research/gate/trade/trade-day.js';
import { readCandidate } from '../../research/release/build-release.js';
import { loadSamples } from '../../research/samples/sample-file.js';
import { trainingSet } from '../../research/samples/training-set.js';
import { keepMeasured } from '../../research/ship/measured.js';
import { marketOf, policySettings } from '../../research/ship/policy-market.js';
import { PriorFiles } from '../../research/ship/prior-files.js';
import { SHIP_FILES, ShipFolder } from '../../research/ship/ship-folder.js';
import { headsOf, readPlan, type StoredPlan } from '../../research/ship/ship-plan.js';
import { openStore } from '../../research/store/open-store.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { Failure } from '../../shared/failure.js';
import { jsonOfFormat } from '../../shared/formats/version-found.js';
import type { HeadName, HeadSamples } from '../../shared/model/heads/head.js';
import type { HeadSet } from '../../shared/model/heads/head-set.js';
import { loadHeadSet } from '../../shared/model/heads/load-head-set.js';
import { asked } from '../../shared/orchestration/asked.js';
import { describeFiles } from '../../shared/trust/archive.js';
import { candidateSha256 } from '../../shared/trust/decision.js';
import { step } from '../step.js';
import { comparison } from './asks.js';
import type { ResearchActivities } from './contract.js';
import type { ResearchDependencies } from './dependencies.js';
import { keptFromMs, modelsFile, readFolds, releaseName } from './gate-plan.js';

const dayKey = comparison.extend({ tradeDate: z.number().int().min(19_700_101).max(99_991_231) });
type DayKey = z.infer<typeof dayKey>;

const DAY_BYTES_MAX = 2 ** 24;
const MODELS_BYTES_MAX = 2 ** 30;

/** Dates as they would be traded: by the policy, the backtester's fills, latency and costs. */
export function createPolicySteps({ config }: ResearchDependencies): Pick<ResearchActivities, 'scoreDay'> {
  const places = homePlaces(config.home).research;
  return {
    scoreDay: ({ shipId, plan, tradeDate }) =>
      step(async ({ progress, signal }) => {
        const folder = new ShipFolder(places.folder, shipId);
        const key = asked(dayKey, { priorVersion: plan.priorVersion, tradeDate });
        const shipPlan = readPlan(folder);
        const { samples: hashes } = readFolds(folder);
        const samples = headsOf(shipPlan).map((head) =>
          loadSamples(folder.file(SHIP_FILES.samples(head)), hashes[head]!),
        );
        const candidate = readCandidate(folder.file('candidate'));
        const arms = await armsOf(folder, shipPlan, samples, key, places.releases, () => loadHeadSet(candidate));
        try {
          const set = trainingSet.parse(
            jsonOfFormat(
              'training set',
              folder.file(SHIP_FILES.trainingSet),
              folder.readOwn(SHIP_FILES.trainingSet, DAY_BYTES_MAX).toString('utf8'),
            ),
          );
          const market = await marketOf(await openStore(config), set, shipPlan, key.tradeDate);
          const traded = await tradeDay({
            ...{ tradeDate: key.tradeDate, ...arms, ...market, samples, signal },
            settings: policySettings(shipPlan),
            tickValue: shipPlan.tickValue,
            onProgress: (events) => progress({ doing: `trading ${key.tradeDate}: events`, done: events }),
          });
          const day = folder.writeJson(dayFile(key), policyDay.parse(traded));
          keepMeasured(config.home, folder, {
            ...{ what: 'day', shipId, tradeDate: key.tradeDate, priorRelease: releaseName(key.priorVersion) },
            candidateSha256: candidateSha256(describeFiles(candidate)),
            ...{ daySha256: day.sha256, models: arms.models },
          });
          return { tradeDate: key.tradeDate, ...summaryOf(traded), day };
        } finally {
          for (const heads of new Set([...arms.candidate, ...(arms.prior ?? [])])) await heads.release();
        }
      }),
  };
}

/** Every planned day of a ship against one release, with the hash of its file. @throws Failure 'FoldNotScored' */
export function tradedDays(folder: ShipFolder, tradeDates: readonly number[], priorVersion: number | null) {
  return tradeDates.map((tradeDate) => {
    const name = dayFile({ tradeDate, priorVersion });
    if (!existsSync(folder.file(name)))
      throw new Failure('FoldNotScored', `${folder.file(name)} is missing`, 'start a new ship');
    const bytes = folder.readOwn(name, DAY_BYTES_MAX);
    const daySha256 = createHash('sha256').update(bytes).digest('hex');
    return { tradeDate, daySha256, day: policyDay.parse(JSON.parse(bytes.toString('utf8'))) };
  });
}

interface Arms extends Pick<DayToTrade, 'tradedBy' | 'candidate' | 'prior'> {
  readonly models: { readonly head: HeadName; readonly fold: number; readonly modelsSha256: string }[];
}

/** On kept dates the files trade; before, what was fitted to the rows before each head's own block. */
async function armsOf(
  folder: ShipFolder,
  { policy }: StoredPlan,
  samples: readonly HeadSamples[],
  { tradeDate, priorVersion }: DayKey,
  releases: string,
  loadCandidate: () => Promise<HeadSet>,
): Promise<Arms> {
  const { plans, days, keptFrom } = readFolds(folder);
  if (!days.includes(tradeDate))
    throw new Failure('WrongAsk', `the gate's plan of this ship trades no ${tradeDate}`, 'start a new ship');
  if (keptFrom !== null && tradeDate >= keptFrom) {
    const files = await PriorFiles.unseen(releases, priorVersion, keptFromMs(samples, keptFrom));
    const prior = await files?.heads();
    return { tradedBy: 'files', candidate: [await loadCandidate()], prior: prior ? [prior] : null, models: [] };
  }
  const fitted = plans.map((plan) => fittedModels(folder, plan, tradeDate, priorVersion));
  const folds = fitted.map(({ models }) => models);
  const candidate = await headSetsOf(folds, 'candidate', policy);
  const isSame = folds.every(({ candidate: one, prior }) => JSON.stringify(one) === JSON.stringify(prior));
  return {
    tradedBy: 'refits',
    candidate: candidate!,
    prior: isSame ? candidate : await headSetsOf(folds, 'prior', policy),
    models: fitted.map(({ models, modelsSha256 }) => ({ head: models.spec.name, fold: models.fold, modelsSha256 })),
  };
}

function fittedModels(folder: ShipFolder, { head, folds }: FoldPlan, tradeDate: number, priorVersion: number | null) {
  const planned = folds.find((one) => one.testTradeDateFirst <= tradeDate && tradeDate <= one.testTradeDateLast)!;
  const name = modelsFile(head, planned.fold, priorVersion);
  if (!existsSync(folder.file(name)))
    throw new Failure('FoldNotScored', `${folder.file(name)} is missing`, 'start a new ship');
  const bytes = folder.readOwn(name, MODELS_BYTES_MAX);
  const models: FoldModels = decodeFoldModels(bytes, name);
  return { models, modelsSha256: createHash('sha256').update(bytes).digest('hex') };
}

function dayFile({ tradeDate, priorVersion }: DayKey): string {
  return `days/${tradeDate}-against-${priorVersion ?? 'none'}.json`;
}

function summaryOf({ candidate, prior }: PolicyDay) {
  const mean = (runs: PolicyDay['candidate'], of: 'trades' | 'netTicks') =>
    runs.reduce((sum, run) => sum + run[of], 0) / runs.length;
  return {
    trades: mean(candidate, 'trades'),
    candidateNetTicks: mean(candidate, 'netTicks'),
    priorNetTicks: prior && mean(prior, 'netTicks'),
  };
}
