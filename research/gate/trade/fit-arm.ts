import type { GateThresholds } from '../../../shared/config/gate-thresholds.js';
import type { HeadRecipe, HeadSamples } from '../../../shared/model/heads/head.js';
import type { Booster, LibraryFile } from '../../training/booster.js';
import { calibratedProbabilities } from '../../training/calibrate-head.js';
import { fitRows } from '../../training/fit-rows.js';
import { splitHoldout } from '../../training/holdout.js';
import { toOnnx } from '../../training/onnx/to-onnx.js';
import { measureOutOfFold, type OutOfFold, unmeasured } from '../../training/out-of-fold.js';
import { predictBooster } from '../../training/predict-booster.js';
import type { PlannedFold } from '../fold-contract.js';
import { foldRows } from '../fold-plan.js';
import { type Learn, seedsOf } from '../score-fold.js';
import type { ArmModels } from './fold-models.js';

export interface FitOptions {
  readonly signal?: AbortSignal;
  readonly onRound?: (round: number, of: number) => void;
}

const CALIBRATION_SEED = 0;

/** Fits of one head by real libxgboost: each recipe and seed is fitted to the same rows once, however often it is asked for. */
export function fitArm(samples: HeadSamples, library: LibraryFile, { signal, onRound }: FitOptions) {
  const { features, rows, columns, head } = samples;
  const matrix = { library, features, rows, columns, classes: head.classes, signal };
  const fitted = new Map<string, Promise<Booster>>();
  const said = new Map<string, Promise<OutOfFold>>();
  const keyOf = (rows: Int32Array, recipe: HeadRecipe) => `${rows.length} ${rows.at(-1)} ${JSON.stringify(recipe)}`;
  const boosterOf = (trainRows: Int32Array, recipe: HeadRecipe): Promise<Booster> => {
    const key = keyOf(trainRows, recipe);
    const known = fitted.get(key);
    if (known) return known;
    const booster = fitRows({ samples, rows: trainRows, recipe, library, signal, onRound });
    fitted.set(key, booster);
    return booster;
  };
  const predict = async (booster: Booster, rowIndices: Int32Array) =>
    (await predictBooster({ ...matrix, booster, rowIndices })).probabilities;
  /** What a fit of the first rows says of the others, which calibrates: the same for every seed of a recipe. */
  const saidOf = (train: Int32Array, recipe: HeadRecipe): Promise<OutOfFold> => {
    const key = keyOf(train, { ...recipe, seed: CALIBRATION_SEED });
    const known = said.get(key) ?? calibrate(train, recipe);
    said.set(key, known);
    return known;
  };
  const calibrate = async (train: Int32Array, recipe: HeadRecipe): Promise<OutOfFold> => {
    const split = splitHoldout(samples, train);
    if (!split) return unmeasured(samples, train);
    const probabilities = await predict(
      await boosterOf(split.train, { ...recipe, seed: CALIBRATION_SEED }),
      split.test,
    );
    return measureOutOfFold(samples, split.test, probabilities, train);
  };
  /** Calibrated, as a release is. */
  const learn: Learn = async (train, recipe) => {
    const booster = await boosterOf(train, recipe);
    const { forecast } = await saidOf(train, recipe);
    return async (testRows) => calibratedProbabilities(await predict(booster, testRows), forecast);
  };
  /** What would be released of these rows by a recipe: a graph for each seed; and what a fit of the first of them said of the others. */
  const modelsOf = async (train: Int32Array, recipe: HeadRecipe, thresholds: GateThresholds): Promise<ArmModels> => {
    const worth = await saidOf(train, recipe);
    const onnx: string[] = [];
    for (const seed of seedsOf(recipe, thresholds)) {
      const { modelJson } = await boosterOf(train, { ...recipe, seed });
      onnx.push(toOnnx(modelJson, { classes: head.classes, columns, metadata: {} }).toString('base64'));
    }
    return { said: worth, onnx };
  };
  const trainRows = (fold: PlannedFold, thresholds: GateThresholds) => foldRows(samples, fold, thresholds).train;
  return { learn, modelsOf, trainRows };
}
