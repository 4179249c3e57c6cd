import { createHash } from 'node:crypto';
import { type PlannedFold, type ScoredFold, scoreFiles, scoreFold } from '../../research/gate/index.js';
import { scorePermuted, withMovedLabels } from '../../research/gate/permuted.js';
import { fitArm } from '../../research/gate/trade/fit-arm.js';
import { encodeFoldModels } from '../../research/gate/trade/fold-models.js';
import { readCandidate } from '../../research/release/build-release.js';
import { recipesOf } from '../../research/ship/live-release.js';
import { forecastOf, PriorFiles } from '../../research/ship/prior-files.js';
import { SHIP_FILES, type ShipFolder } from '../../research/ship/ship-folder.js';
import { readPlan } from '../../research/ship/ship-plan.js';
import type { LibraryFile } from '../../research/training/booster.js';
import { predictByOnnx } from '../../research/training/predict-by-onnx.js';
import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import type { HeadName, HeadRecipe, HeadSamples } from '../../shared/model/heads/head.js';
import type { StepContext } from '../../shared/orchestration/step-context.js';
import { keptFromMs, modelsFile } from './gate-plan.js';

/** One test block of one head, against one release. */
export interface BlockToScore {
  readonly planned: PlannedFold;
  readonly samples: HeadSamples;
  readonly priorVersion: number | null;
  readonly keptFrom: number | null;
}

export interface ScoringPlace {
  readonly folder: ShipFolder;
  /** `releases/` of the research tier. */
  readonly releases: string;
  readonly library: LibraryFile;
  readonly context: StepContext;
}

export interface ScoredBlock {
  readonly scored: ScoredFold;
  readonly modelsSha256: string | null;
  readonly onnxSha256: string | null;
}

/** Scores the block by fits, and keeps their models: they trade its dates. */
export async function scoreRefits(
  { planned, samples, priorVersion }: BlockToScore,
  { folder, releases, library, context }: ScoringPlace,
): Promise<ScoredBlock> {
  const { recipes, thresholds } = readPlan(folder);
  const { name } = samples.head;
  const prior = await priorRecipe(releases, priorVersion, name);
  const { scored, models } = await fitBlock(
    { planned, samples, recipe: recipes[name]!, prior, thresholds },
    library,
    context,
  );
  const { sha256 } = folder.write(modelsFile(name, planned.fold, priorVersion), models);
  return { scored, modelsSha256: sha256, onnxSha256: null };
}

/** Of a head of the release that the candidate is compared with; null without the release, or the head. */
export async function priorRecipe(
  releases: string,
  version: number | null,
  head: HeadName,
): Promise<HeadRecipe | null> {
  return version === null ? null : ((await recipesOf(releases, version))[head] ?? null);
}

export interface BlockToFit {
  readonly planned: PlannedFold;
  readonly samples: HeadSamples;
  readonly recipe: HeadRecipe;
  readonly prior: HeadRecipe | null;
  readonly thresholds: GateThresholds;
}

export interface FittedBlock {
  readonly scored: ScoredFold;
  /** The file of the models. */
  readonly models: string;
}

/** Fits both recipes to what lies before the block, and scores them on it: a function of what it is given, wherever it runs. */
export async function fitBlock(
  { planned, samples, recipe, prior, thresholds }: BlockToFit,
  library: LibraryFile,
  context: StepContext,
): Promise<FittedBlock> {
  const { name } = samples.head;
  const what = `${name}, fold ${planned.fold + 1}`;
  const fits = fitArm(samples, library, {
    signal: context.signal,
    onRound: (done, of) => context.progress({ doing: what, done, of }),
  });
  const scored = await scoreFold({ samples, fold: planned, candidate: recipe, prior, thresholds }, fits.learn);
  const train = fits.trainRows(planned, thresholds);
  const isLast = planned.fold === thresholds.foldsMin - 1;
  const permuted = isLast ? await permutedOf(samples, scored, recipe, train, library) : null;
  const models = encodeFoldModels({
    ...{ kind: 'believe.fold-models', version: 1, spec: samples.head, fold: planned.fold },
    candidate: await fits.modelsOf(train, recipe, thresholds),
    prior: prior && (await fits.modelsOf(train, prior, thresholds)),
  });
  return { scored: { ...scored, score: { ...scored.score, permuted } }, models };
}

/** The same rows, with labels that have nothing to do with them. */
async function permutedOf(
  samples: HeadSamples,
  { rows }: ScoredFold,
  recipe: HeadRecipe,
  train: Int32Array,
  library: LibraryFile,
) {
  const moved = withMovedLabels(samples, recipe.seed);
  return await scorePermuted(moved, train, rows, recipe, fitArm(moved, library, {}).learn);
}

/** Scores the graph that would be released, and the one that trades, on the dates that neither has seen. */
export async function scoreKeptDates(
  { planned, samples, priorVersion, keptFrom }: BlockToScore,
  { folder, releases }: ScoringPlace,
): Promise<ScoredBlock> {
  const { thresholds } = readPlan(folder);
  const { name } = samples.head;
  const onnx = folder.readOwn(SHIP_FILES.onnx(name), ONNX_BYTES_MAX);
  const files = await PriorFiles.unseen(releases, priorVersion, keptFromMs([samples], keptFrom!));
  const scored = await scoreFiles({
    ...{ samples, fold: planned, thresholds },
    candidate: await predictByOnnx(onnx, forecastOf(readCandidate(folder.file('candidate')), name), samples),
    prior: (await files?.predict(samples)) ?? null,
  });
  return { scored, modelsSha256: null, onnxSha256: createHash('sha256').update(onnx).digest('hex') };
}

const ONNX_BYTES_MAX = 2 ** 30;
