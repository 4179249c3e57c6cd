import { planFolds } from '../../research/gate/fold-plan.js';
import { gatherEvidence } from '../../research/gate/gather-evidence.js';
import { judgeGate } from '../../research/gate/judge.js';
import type { Verdict } from '../../research/gate/report.js';
import { type Learn, type ScoredFold, scoreFold } from '../../research/gate/score-fold.js';
import type { LibraryFile } from '../../research/training/booster.js';
import { predictBooster } from '../../research/training/predict-booster.js';
import { trainBooster } from '../../research/training/train-booster.js';
import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import type { HeadRecipe, HeadSamples } from '../../shared/model/heads/head.js';
import { headDefinition } from '../../shared/model/heads/head-specs.js';
import type { StudyArm } from './study-arms.js';

const BASE: StudyArm = { name: 'base', isBad: false, aim: 0 };
const MEASURED = { parity: { passed: true, rows: 1, maxAbsDifference: 0 }, topFeature: null };

/** What the gate says of every arm against the recipe in use, on one market: real fits, the product's own folds and rules. */
export async function judgeArms(
  markets: readonly HeadSamples[],
  arms: readonly StudyArm[],
  { seed, library, thresholds }: { seed: number; library: LibraryFile; thresholds: GateThresholds },
): Promise<Verdict[]> {
  const scoresOf = (arm: StudyArm) =>
    Promise.all(markets.map((samples) => scoredBy(samples, arm, { seed, library, thresholds })));
  const base = await scoresOf(BASE);
  const verdicts: Verdict[] = [];
  for (const arm of arms) {
    const scored = await scoresOf(arm);
    const folds = scored.flatMap((ofHead, head) => ofHead.map((fold, at) => against(fold, base[head]![at]!)));
    const { evidence } = gatherEvidence(
      {
        ...{ runId: `${seed}-${arm.name}`, synthetic: true, priorRelease: 'base', thresholds, folds },
        plans: markets.map((samples) => planFolds(samples, thresholds)),
        training: Object.fromEntries(markets.map(({ head }) => [head.name, MEASURED])),
      },
      [],
    );
    verdicts.push(judgeGate(evidence, thresholds));
  }
  return verdicts;
}

/** The arm alone, on every fold: the recipe in use is fitted once for all arms. */
async function scoredBy(
  samples: HeadSamples,
  arm: StudyArm,
  { seed, library, thresholds }: { seed: number; library: LibraryFile; thresholds: GateThresholds },
): Promise<ScoredFold[]> {
  const learn = learnOf(samples, arm, seed, library);
  const base = headDefinition(samples.head.name)!.recipes[arm.recipe ?? 'base'];
  const candidate: HeadRecipe = { ...base, seed: base.seed + (arm.seed ?? 0) };
  const folds: ScoredFold[] = [];
  for (const fold of planFolds(samples, thresholds).folds)
    folds.push(await scoreFold({ samples, fold, candidate, prior: null, thresholds }, learn));
  return folds;
}

function learnOf(samples: HeadSamples, arm: StudyArm, seed: number, library: LibraryFile): Learn {
  const made = arm.make?.(samples, seed) ?? samples;
  const { classes } = samples.head;
  const matrix = { library, features: made.features, rows: made.rows, columns: made.columns, classes };
  return async (trainRows, recipe) => {
    const rowIndices = arm.train?.(trainRows, seed) ?? trainRows;
    const booster = await trainBooster({ ...matrix, rowIndices, label: made.label, recipe });
    return async (rows) => {
      const { probabilities } = await predictBooster({ ...matrix, booster, rowIndices: rows });
      return arm.sharpen === undefined ? probabilities : sharpened(probabilities, classes, arm.sharpen);
    };
  };
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

function against(candidate: ScoredFold, prior: ScoredFold): ScoredFold {
  return {
    ...candidate,
    score: { ...candidate.score, prior: prior.score.candidate },
    prior: prior.candidate,
  };
}
