import { backtestSettings } from '../../research/backtest/backtest-settings.js';
import { planFolds } from '../../research/gate/fold-plan.js';
import { gatherEvidence } from '../../research/gate/gather-evidence.js';
import { judgeGate } from '../../research/gate/judge.js';
import { keptDates, policyDates, rowsBefore } from '../../research/gate/kept-dates.js';
import { scorePermuted, withMovedLabels } from '../../research/gate/permuted.js';
import type { PolicyDay } from '../../research/gate/policy-day.js';
import type { GateReport } from '../../research/gate/report.js';
import { type Learn, type ScoredFold, scoreFiles, scoreFold } from '../../research/gate/score-fold.js';
import { fitArm } from '../../research/gate/trade/fit-arm.js';
import { type ArmModels, type FoldModels, headSetsOf } from '../../research/gate/trade/fold-models.js';
import { tradeDay } from '../../research/gate/trade/trade-day.js';
import type { Trial } from '../../research/gate/trials.js';
import type { LibraryFile } from '../../research/training/booster.js';
import { predictByOnnx } from '../../research/training/predict-by-onnx.js';
import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import { trainingConfig } from '../../shared/config/training.js';
import type { Policy } from '../../shared/model/decision/ensemble.js';
import type { HeadRecipe, HeadSamples } from '../../shared/model/heads/head.js';
import { headDefinition } from '../../shared/model/heads/head-specs.js';
import type { StudyArm } from './study-arms.js';
import { FEE_TICKS, type StudyMarket } from './study-market.js';

export interface StudyOptions {
  readonly seed: number;
  readonly library: LibraryFile;
  readonly thresholds: GateThresholds;
}

/** The recipe in use. */
export const BASE: StudyArm = { name: 'base', isBad: false, aim: 0 };
const PARITY = { passed: true, rows: 1, maxAbsDifference: 0 };
const { policy } = trainingConfig.parse({});

type Judged = Pick<GateReport, 'verdict' | 'evidence'>;

/**
 * What the gate says of every arm, on one market: real fits, the product's own folds, trades and rules; against the recipe in use,
 * or, where `prior` is false, as a first release.
 */
export async function judgeArms(
  market: StudyMarket,
  arms: readonly StudyArm[],
  options: StudyOptions,
  prior = true,
): Promise<Judged[]> {
  const base = prior ? await playArm(market, BASE, options) : null;
  const judged: Judged[] = [];
  for (const arm of arms) {
    const played = base && arm === BASE ? base : await playArm(market, arm, options);
    judged.push(judgePlayed(played, base, options));
  }
  return judged;
}

/** @param earlierTrials what the ledger holds before this one */
export function judgePlayed(
  played: Played,
  base: Played | null,
  { seed, thresholds }: Pick<StudyOptions, 'seed' | 'thresholds'>,
  earlierTrials: readonly Trial[] = [],
): Judged {
  const training = played.plans.map(({ head }, at) => ({
    head,
    ...{ parity: PARITY, topFeature: null },
    trainedRows: { candidate: played.trainedRows[at]!, prior: base?.trainedRows[at] ?? null },
  }));
  const { evidence } = gatherEvidence(
    {
      ...{ runId: `${seed}-${played.arm}`, synthetic: true, priorRelease: base ? 'base' : null, thresholds },
      plans: played.plans,
      folds: played.folds.map((fold, at) => foldAgainst(fold, base?.folds[at])),
      days: played.days.map((day, at) => ({ ...day, prior: base?.days[at]?.candidate ?? null })),
      training: Object.fromEntries(training.map(({ head, ...measured }) => [head, measured])),
    },
    earlierTrials,
  );
  return { evidence, verdict: judgeGate(evidence, thresholds) };
}

export interface Played {
  readonly arm: string;
  readonly plans: ReturnType<typeof planFolds>[];
  readonly folds: readonly ScoredFold[];
  readonly days: readonly PolicyDay[];
  readonly trainedRows: readonly number[];
  /** What would be released. */
  readonly files: readonly FoldModels[];
  readonly policy: Policy;
}

/** One arm alone: every fold scored, the kept dates by its file, every date traded. The recipe in use is played once for all arms. */
export async function playArm(market: StudyMarket, arm: StudyArm, options: StudyOptions): Promise<Played> {
  const made = market.samples.map((samples) => arm.make?.(samples, options.seed) ?? samples);
  const [keptFrom] = keptDates(market.samples, market.instrument, options.thresholds);
  const plans = market.samples.map((samples) => planFolds(samples, options.thresholds, keptFrom));
  const heads = await Promise.all(
    made.map((samples, at) => playHead(market.samples[at]!, samples, plans[at]!, arm, keptFrom, options)),
  );
  const tested = policyDates(market.samples, market.instrument).filter((date) =>
    plans.every(({ folds }) => date >= folds[0]!.testTradeDateFirst),
  );
  const days: PolicyDay[] = [];
  for (const tradeDate of tested) {
    const isFiles = keptFrom !== undefined && tradeDate >= keptFrom;
    const models = heads.map(({ models, file }) =>
      isFiles ? file : models.find(({ dates: [first, last] }) => first <= tradeDate && tradeDate <= last)!.models,
    );
    const sets = (await headSetsOf(models, 'candidate', { ...policy, ...arm.policy }))!;
    days.push(
      await tradeDay({
        ...{ tradeDate, tradedBy: isFiles ? 'files' : 'refits', streams: [market.streams.get(tradeDate)!] },
        ...{ bars: market.bars, candidate: sets, prior: null, samples: made, tickValue: market.tickValue },
        settings: backtestSettings.parse({ feePerContract: FEE_TICKS * market.tickValue }),
      }),
    );
    for (const set of sets) await set.release();
  }
  return {
    arm: arm.name,
    plans,
    folds: heads.flatMap(({ folds }) => folds),
    days,
    trainedRows: heads.map(({ trainedRows }) => trainedRows),
    files: heads.map(({ file }) => file),
    policy: { ...policy, ...arm.policy },
  };
}

/**
 * One head of an arm: features are those that the arm makes, labels that are tested are the market's.
 * @param truth the market's samples
 */
async function playHead(
  truth: HeadSamples,
  made: HeadSamples,
  plan: ReturnType<typeof planFolds>,
  arm: StudyArm,
  keptFrom: number | undefined,
  { seed, library, thresholds }: StudyOptions,
) {
  const base = headDefinition(truth.head.name)!.recipes[arm.recipe ?? 'base'];
  const recipe: HeadRecipe = { ...base, seed: base.seed + (arm.seed ?? 0) };
  const tested: HeadSamples = { ...truth, features: made.features };
  const fits = fitArm(made, library, {});
  const chosen = (rows: Int32Array) => arm.train?.(rows, seed) ?? rows;
  const sharpen = (probabilities: Float32Array) =>
    arm.sharpen === undefined ? probabilities : sharpened(probabilities, truth.head.classes, arm.sharpen);
  const learn: Learn = async (rows, ofSeed) => {
    const predict = await fits.learn(chosen(rows), ofSeed);
    return async (test) => sharpen(await predict(test));
  };
  const folds: ScoredFold[] = [];
  const models: { readonly dates: readonly [number, number]; readonly models: FoldModels }[] = [];
  const wrap = (fold: number, candidate: ArmModels): FoldModels => ({
    ...{ kind: 'believe.fold-models', version: 1, spec: truth.head, fold, prior: null },
    candidate: arm.sharpen === undefined ? candidate : overConfident(candidate, arm.sharpen),
  });
  for (const fold of plan.folds) {
    const scored = await scoreFold({ samples: tested, fold, candidate: recipe, prior: null, thresholds }, learn);
    const isLast = fold.fold === thresholds.foldsMin - 1;
    const moved = withMovedLabels(made, seed);
    const train = chosen(fits.trainRows(fold, thresholds));
    const permuted = isLast
      ? await scorePermuted(moved, train, scored.rows, recipe, fitArm(moved, library, {}).learn)
      : null;
    folds.push({ ...scored, score: { ...scored.score, permuted } });
    const ofFold = await fits.modelsOf(chosen(fits.trainRows(fold, thresholds)), recipe, thresholds);
    models.push({ dates: [fold.testTradeDateFirst, fold.testTradeDateLast], models: wrap(fold.fold, ofFold) });
  }
  const all = Int32Array.from({ length: rowsBefore(truth, keptFrom).rows }, (_, row) => row);
  const file = await fits.modelsOf(chosen(all), recipe, { ...thresholds, seedsPerArm: 1 });
  if (plan.files) {
    const predict = await predictByOnnx(Buffer.from(file.onnx[0]!, 'base64'), file.said.forecast, tested);
    const candidate = async (rows: Int32Array) => sharpen(await predict(rows));
    folds.push(await scoreFiles({ samples: tested, fold: plan.files, candidate, prior: null, thresholds }));
  }
  return { folds, models, file: wrap(plan.folds.length, file), trainedRows: chosen(all).length };
}

function overConfident(models: ArmModels, power: number): ArmModels {
  const { forecast } = models.said;
  return { ...models, said: { ...models.said, forecast: { ...forecast, scale: forecast.scale * power } } };
}

function sharpened(probabilities: Float32Array, classes: number, power: number): Float32Array {
  const sharp = probabilities.map((one) => one ** power);
  for (let row = 0; row < sharp.length; row += classes) {
    const said = sharp.subarray(row, row + classes);
    const sum = said.reduce((total, one) => total + one, 0);
    said.set(said.map((one) => one / sum));
  }
  return sharp;
}

function foldAgainst(candidate: ScoredFold, prior: ScoredFold | undefined): ScoredFold {
  if (!prior) return candidate;
  return { ...candidate, score: { ...candidate.score, prior: prior.score.candidate }, prior: prior.candidate };
}
