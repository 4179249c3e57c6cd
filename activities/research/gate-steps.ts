import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { recipeSha256 } from '../../research/evidence/measurement.js';
import {
  concludeGate,
  decodeScoredFold,
  encodeGateReport,
  encodeScoredFold,
  type GateRun,
  gateMarkdown,
  planFolds,
} from '../../research/gate/index.js';
import { keptDates } from '../../research/gate/kept-dates.js';
import { readCandidate } from '../../research/release/build-release.js';
import { loadSamples } from '../../research/samples/sample-file.js';
import { liveRelease, recipesOf } from '../../research/ship/live-release.js';
import { keepMeasured } from '../../research/ship/measured.js';
import { writeModelCard } from '../../research/ship/model-card.js';
import { trainedRowsOf } from '../../research/ship/prior-files.js';
import { SHIP_FILES, ShipFolder } from '../../research/ship/ship-folder.js';
import { headsOf, readPlan } from '../../research/ship/ship-plan.js';
import { loadTrainedHead } from '../../research/training/trained-head-folder.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { Failure } from '../../shared/failure.js';
import type { HeadName, HeadSamples } from '../../shared/model/heads/head.js';
import { asked } from '../../shared/orchestration/asked.js';
import { describeFiles } from '../../shared/trust/archive.js';
import { candidateSha256 } from '../../shared/trust/decision.js';
import { GATE_REPORT_FILE } from '../../shared/trust/statement.js';
import { step } from '../step.js';
import { comparison } from './asks.js';
import type { ResearchActivities, SamplesSummary } from './contract.js';
import type { ResearchDependencies } from './dependencies.js';
import {
  blockOf,
  blocksOf,
  foldSummary,
  readFolds,
  releaseName,
  type ScoreKey,
  scoreFile,
  scoreKey,
  tradedDates,
  writeFolds,
} from './gate-plan.js';
import { offerFolds } from './offer-steps.js';
import { tradedDays } from './policy-steps.js';
import { scoreKeptDates, scoreRefits } from './score-blocks.js';

/** Far above any score. */
const SCORE_BYTES_MAX = 2 ** 31;

type GateSteps = Pick<ResearchActivities, 'planGate' | 'scoreFold' | 'judgeGate'>;

/** Candidate and prior on the same folds, and the verdict. */
export function createGateSteps(dependencies: ResearchDependencies): GateSteps {
  const { config, library, ...code } = dependencies;
  const places = homePlaces(config.home).research;
  const folderOf = (shipId: string) => new ShipFolder(places.folder, shipId);
  return {
    planGate: ({ shipId, samples }) =>
      step(async () => {
        const folder = folderOf(shipId);
        const { thresholds, instrument } = readPlan(folder);
        const all = samples.map((one) => samplesIn(folder, one));
        const [keptFrom] = keptDates(all, instrument, thresholds);
        const plans = all.map((one) => planFolds(one, thresholds, keptFrom));
        const days = tradedDates(all, plans, keptFrom, instrument);
        const hashes = Object.fromEntries(samples.map(({ head, samples: { sha256 } }) => [head, sha256]));
        writeFolds(folder, { plans, days, samples: hashes, keptFrom: keptFrom ?? null });
        const priorVersion = liveRelease(places.releases)?.modelVersion ?? null;
        const { shareFolds } = config.training;
        return {
          folds: plans.flatMap((plan) =>
            blocksOf(plan).map((block) => ({
              ...{ head: plan.head, fold: block.fold },
              ...(shareFolds ? { isOffered: block !== plan.files } : {}),
            })),
          ),
          ...(shareFolds
            ? { offer: await offerFolds(dependencies, folder, { shipId, plans, samples, priorVersion }) }
            : {}),
          days,
          priorVersion,
          problems: plans.flatMap(({ shortfall }) => (shortfall === null ? [] : [shortfall])),
        };
      }),

    scoreFold: ({ shipId, plan, samples, fold }) =>
      step(async (context) => {
        const folder = folderOf(shipId);
        const key = asked(scoreKey, { head: samples.head, fold, priorVersion: plan.priorVersion });
        const { head, priorVersion } = key;
        const { plans, keptFrom } = readFolds(folder);
        const { planned, isFiles } = blockOf(plans, key);
        const block = { planned, samples: samplesIn(folder, samples), priorVersion, keptFrom };
        const place = { folder, releases: places.releases, library, context };
        const { scored, ...made } = isFiles ? await scoreKeptDates(block, place) : await scoreRefits(block, place);
        const score = folder.write(scoreFile(key), encodeScoredFold(scored));
        keepMeasured(config.home, folder, {
          ...{ what: 'fold', shipId, head, fold, priorRelease: releaseName(priorVersion) },
          ...{ samplesSha256: samples.samples.sha256, recipeSha256: recipeSha256(readPlan(folder).recipes[head]!) },
          ...{ scoreSha256: score.sha256, ...made },
        });
        return foldSummary(key, scored.score, score);
      }),

    judgeGate: ({ shipId, plan }) =>
      step(async () => {
        const folder = folderOf(shipId);
        const shipPlan = readPlan(folder);
        const { thresholds, synthetic } = shipPlan;
        const heads = headsOf(shipPlan);
        const { priorVersion } = asked(comparison, plan);
        const { plans, days: dates } = readFolds(folder);
        // The ship's own scores, all of them: who asks for the verdict does not choose what it is about.
        const folds = plans.flatMap((one) =>
          blocksOf(one).map(({ fold }) => scoredFold(folder, { head: one.head, fold, priorVersion })),
        );
        const days = tradedDays(folder, dates, priorVersion);
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
            days: days.map(({ day }) => day),
            training: trainingOf(folder, heads, await trainedRowsOf(places.releases, priorVersion)),
            thresholds,
          },
          places.trials,
        );
        const reference = folder.write(GATE_REPORT_FILE, encodeGateReport(report).bytes);
        keepMeasured(config.home, folder, {
          ...{ what: 'gate', shipId, candidateSha256: ofCandidate, gateReportSha256: reference.sha256 },
          folds: folds.map(({ head, fold, scoreSha256 }) => ({ head, fold, scoreSha256 })),
          days: days.map(({ tradeDate, daySha256 }) => ({ tradeDate, daySha256 })),
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

function samplesIn(folder: ShipFolder, { head, samples }: SamplesSummary): HeadSamples {
  const { file, sha256 } = folder.locate(samples, SHIP_FILES.samples(head));
  return loadSamples(file, sha256);
}

async function leftOutHeads(releases: string, priorVersion: number | null, heads: readonly HeadName[]) {
  if (priorVersion === null) return [];
  return Object.keys(await recipesOf(releases, priorVersion)).filter((head) => !heads.includes(head));
}

function scoredFold(folder: ShipFolder, key: ScoreKey) {
  const file = folder.file(scoreFile(key));
  if (!existsSync(file)) throw new Failure('FoldNotScored', `${file} is missing`, 'start a new ship');
  const bytes = folder.readOwn(scoreFile(key), SCORE_BYTES_MAX);
  const scoreSha256 = createHash('sha256').update(bytes).digest('hex');
  return { head: key.head, fold: key.fold, scoreSha256, scored: decodeScoredFold(bytes, file) };
}

function trainingOf(
  folder: ShipFolder,
  heads: readonly HeadName[],
  priorRows: Readonly<Record<HeadName, number>>,
): GateRun['training'] {
  const entries = heads.map((head): [HeadName, NonNullable<GateRun['training'][HeadName]>] => {
    const { parity, importance, data } = loadTrainedHead(folder.file('heads', head)).record;
    const passed = parity.margins === parity.marginsBitEqual;
    const [top] = importance;
    return [
      head,
      {
        parity: { passed, rows: parity.rows, maxAbsDifference: parity.maxProbabilityDifference },
        trainedRows: { candidate: data.rows, prior: priorRows[head] ?? null },
        topFeature: top ? { feature: top.feature, gainShare: top.gainShare } : null,
      },
    ];
  });
  return Object.fromEntries(entries);
}
