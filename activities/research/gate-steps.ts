import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { recipeSha256 } from '../../research/evidence/measurement.js';
import {
  concludeGate,
  decodeScoredFold,
  encodeGateReport,
  encodeScoredFold,
  foldPlan,
  type GateRun,
  gateMarkdown,
  type Learn,
  planFolds,
  scoreFold,
} from '../../research/gate/index.js';
import { readCandidate } from '../../research/release/build-release.js';
import { loadSamples } from '../../research/samples/sample-file.js';
import { liveRelease, recipesOf } from '../../research/ship/live-release.js';
import { keepMeasured } from '../../research/ship/measured.js';
import { writeModelCard } from '../../research/ship/model-card.js';
import { SHIP_FILES, ShipFolder } from '../../research/ship/ship-folder.js';
import { headsOf, readPlan } from '../../research/ship/ship-plan.js';
import type { LibraryFile } from '../../research/training/booster.js';
import { predictBooster } from '../../research/training/predict-booster.js';
import { trainBooster } from '../../research/training/train-booster.js';
import { loadTrainedHead } from '../../research/training/trained-head-folder.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { Failure } from '../../shared/failure.js';
import { type HeadName, type HeadSamples, headName } from '../../shared/model/heads/head.js';
import { asked } from '../../shared/orchestration/asked.js';
import type { StepContext } from '../../shared/orchestration/step-context.js';
import { describeFiles } from '../../shared/trust/archive.js';
import { candidateSha256 } from '../../shared/trust/decision.js';
import { GATE_REPORT_FILE } from '../../shared/trust/statement.js';
import { step } from '../step.js';
import { comparison } from './asks.js';
import type { ResearchActivities, SamplesSummary } from './contract.js';
import type { ResearchDependencies } from './dependencies.js';

/** Which score is meant: candidate against prior, of one head on one fold. */
const scoreKey = z.object({
  head: headName,
  fold: z.number().int().min(0).max(10_000),
  priorVersion: z.number().int().positive().nullable(),
});
/** Far above any plan, and any score. */
const FOLDS_BYTES_MAX = 2 ** 26;
const SCORE_BYTES_MAX = 2 ** 31;

type GateSteps = Pick<ResearchActivities, 'planGate' | 'scoreFold' | 'judgeGate'>;

/** Candidate and prior on the same folds, and the verdict. */
export function createGateSteps({ config, library, ...code }: ResearchDependencies): GateSteps {
  const places = homePlaces(config.home).research;
  const folderOf = (shipId: string) => new ShipFolder(places.folder, shipId);
  return {
    planGate: ({ shipId, samples }) =>
      step(async () => {
        const folder = folderOf(shipId);
        const { thresholds } = readPlan(folder);
        const plans = samples.map((one) => planFolds(samplesIn(folder, one), thresholds));
        folder.writeJson('folds.json', plans);
        return {
          folds: plans.flatMap(({ head, folds }) => folds.map(({ fold }) => ({ head, fold }))),
          priorVersion: liveRelease(places.releases)?.modelVersion ?? null,
          problems: plans.flatMap(({ shortfall }) => (shortfall === null ? [] : [shortfall])),
        };
      }),

    scoreFold: ({ shipId, plan, samples, fold }) =>
      step(async (context) => {
        const folder = folderOf(shipId);
        const { recipes, thresholds } = readPlan(folder);
        const key = asked(scoreKey, { head: samples.head, fold, priorVersion: plan.priorVersion });
        const { head, priorVersion } = key;
        const planned = plannedFold(folder, key);
        const rows = samplesIn(folder, samples);
        const prior = priorVersion === null ? null : ((await recipesOf(places.releases, priorVersion))[head] ?? null);
        const ask = { samples: rows, fold: planned, candidate: recipes[head], prior, thresholds };
        const scored = await scoreFold(ask, learnByBoosting(rows, library, context, `${head}, fold ${fold + 1}`));
        const score = folder.write(scoreFile(key), encodeScoredFold(scored));
        keepMeasured(config.home, folder, {
          ...{ what: 'fold', shipId, head, fold, priorRelease: releaseName(priorVersion) },
          ...{ samplesSha256: samples.samples.sha256, recipeSha256: recipeSha256(recipes[head]) },
          scoreSha256: score.sha256,
        });
        const { candidate, prior: priorScore, testRows } = scored.score;
        return {
          head,
          fold,
          testRows,
          candidateLogLoss: candidate.logLossSum / testRows,
          priorLogLoss: priorScore ? priorScore.logLossSum / testRows : null,
          score,
        };
      }),

    judgeGate: ({ shipId, plan }) =>
      step(async () => {
        const folder = folderOf(shipId);
        const shipPlan = readPlan(folder);
        const { thresholds, synthetic } = shipPlan;
        const heads = headsOf(shipPlan);
        const { priorVersion } = asked(comparison, plan);
        const plans = readFolds(folder);
        // The ship's own scores, all of them: who asks for the verdict does not choose what it is about.
        const folds = plans.flatMap(({ head, folds }) =>
          folds.map(({ fold }) => scoredFold(folder, { head, fold, priorVersion })),
        );
        const ofCandidate = candidateSha256(describeFiles(readCandidate(folder.file('candidate'))));
        const report = await concludeGate(
          {
            runId: shipId,
            candidateSha256: ofCandidate,
            synthetic,
            priorRelease: releaseName(priorVersion),
            leftOutHeads: await leftOutHeads(places.releases, priorVersion, heads),
            plans,
            folds: folds.map(({ scored }) => scored),
            training: trainingOf(folder, heads),
            thresholds,
          },
          places.trials,
        );
        const reference = folder.write(GATE_REPORT_FILE, encodeGateReport(report).bytes);
        keepMeasured(config.home, folder, {
          ...{ what: 'gate', shipId, candidateSha256: ofCandidate, gateReportSha256: reference.sha256 },
          folds: folds.map(({ head, fold, scoreSha256 }) => ({ head, fold, scoreSha256 })),
        });
        const card = writeModelCard(folder, shipId, { report, reportSha256: reference.sha256, ...code });
        return {
          verdict: report.verdict.verdict,
          reasons: report.verdict.reasons.map(({ sentence }) => sentence),
          markdown: gateMarkdown(report),
          report: reference,
          card,
          priorVersion,
        };
      }),
  };
}

/** Fits by real libxgboost on a worker thread, on a selection of the samples' rows. */
function learnByBoosting(
  samples: HeadSamples,
  library: LibraryFile,
  { progress, signal }: StepContext,
  what: string,
): Learn {
  const { features, rows, columns, label, head } = samples;
  const matrix = { library, features, rows, columns, classes: head.classes, signal };
  return async (trainRows, recipe) => {
    const booster = await trainBooster({
      ...matrix,
      rowIndices: trainRows,
      label,
      recipe,
      onRound: (round, of) => progress({ doing: what, done: round, of }),
    });
    return async (testRows) => (await predictBooster({ ...matrix, booster, rowIndices: testRows })).probabilities;
  };
}

function samplesIn(folder: ShipFolder, { head, samples }: SamplesSummary): HeadSamples {
  const { file, sha256 } = folder.locate(samples, SHIP_FILES.samples(head));
  return loadSamples(file, sha256);
}

async function leftOutHeads(releases: string, priorVersion: number | null, heads: readonly HeadName[]) {
  if (priorVersion === null) return [];
  return Object.keys(await recipesOf(releases, priorVersion)).filter((head) => !heads.includes(head));
}

function releaseName(version: number | null): string | null {
  return version === null ? null : `believe-v${version}`;
}

/** Named after the release that it was scored against: a score against another one is not found. */
function scoreFile({ head, fold, priorVersion }: z.infer<typeof scoreKey>): string {
  return `folds/${head}-${fold}-against-${priorVersion ?? 'none'}.bin`;
}

function scoredFold(folder: ShipFolder, key: z.infer<typeof scoreKey>) {
  const file = folder.file(scoreFile(key));
  if (!existsSync(file)) throw new Failure('FoldNotScored', `${file} is missing`, 'start a new ship');
  const bytes = folder.readOwn(scoreFile(key), SCORE_BYTES_MAX);
  const scoreSha256 = createHash('sha256').update(bytes).digest('hex');
  return { head: key.head, fold: key.fold, scoreSha256, scored: decodeScoredFold(bytes, file) };
}

function plannedFold(folder: ShipFolder, { head, fold }: z.infer<typeof scoreKey>) {
  const planned = readFolds(folder).find((one) => one.head === head)?.folds[fold];
  if (planned) return planned;
  throw new Failure('WrongAsk', `the gate's plan of this ship has no fold ${fold} of ${head}`, 'start a new ship');
}

function readFolds(folder: ShipFolder) {
  return foldPlan.array().parse(JSON.parse(folder.readOwn('folds.json', FOLDS_BYTES_MAX).toString('utf8')));
}

function trainingOf(folder: ShipFolder, heads: readonly HeadName[]): GateRun['training'] {
  const entries = heads.map((head): [HeadName, NonNullable<GateRun['training'][HeadName]>] => {
    const { parity, importance } = loadTrainedHead(folder.file('heads', head)).record;
    const passed = parity.margins === parity.marginsBitEqual;
    const [top] = importance;
    return [
      head,
      {
        parity: { passed, rows: parity.rows, maxAbsDifference: parity.maxProbabilityDifference },
        topFeature: top ? { feature: top.feature, gainShare: top.gainShare } : null,
      },
    ];
  });
  return Object.fromEntries(entries);
}
