import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import type { HeadName } from '../../shared/model/heads/head.js';
import type { FoldPlan } from './fold-contract.js';
import { headEvidence, type OfTraining } from './head-evidence.js';
import type { PolicyDay, RowCheck } from './policy-day.js';
import { candidateSharpePerDay, netOf, portfolioEvidence, portfolioOf } from './portfolio-evidence.js';
import type { GateEvidence } from './report.js';
import type { ScoredFold } from './score-fold.js';
import { sampleVariance, total } from './statistics/total.js';
import type { Trial } from './trials.js';

export interface GateRun {
  /** Identity of this candidate's evaluation; the same for every retry. */
  readonly runId: string;
  /** Of the files that would be released: see `candidateSha256` of shared/release. */
  readonly candidateSha256?: string;
  readonly synthetic: boolean;
  /** Name of the release whose recipe was the prior; null on a first release. */
  readonly priorRelease: string | null;
  /** Heads of that release which the candidate does not have. */
  readonly leftOutHeads?: readonly HeadName[];
  readonly plans: readonly FoldPlan[];
  /** Every planned fold of every head, in any order. */
  readonly folds: readonly ScoredFold[];
  /** Dates that the policy traded, in any order. */
  readonly days: readonly PolicyDay[];
  /** Of the trained heads, by name; a head that is missing here was not measured. */
  readonly training: Readonly<Partial<Record<HeadName, OfTraining>>>;
  readonly thresholds: GateThresholds;
}

/** Pools the scored folds into everything the rules look at, and this run's line for the trial ledger. */
export function gatherEvidence(
  run: GateRun,
  earlierTrials: readonly Trial[],
): { evidence: GateEvidence; trial: Trial } {
  const portfolio = portfolioOf(run.days);
  const { days } = portfolio;
  const net = netOf(days);
  const trial: Trial = {
    ...{ runId: run.runId, sharpePerDay: candidateSharpePerDay(portfolio), tradeDates: days.length },
    daily: days.map(({ tradeDate }, at) => [tradeDate, net[at]!]),
  };
  const tried = [...earlierTrials.filter(({ runId }) => runId !== run.runId), trial];
  const trials = deflationOf(tried, days.length);
  const evidence: GateEvidence = {
    runId: run.runId,
    ...(run.candidateSha256 === undefined ? {} : { candidateSha256: run.candidateSha256 }),
    synthetic: run.synthetic,
    priorRelease: run.priorRelease,
    ...(run.leftOutHeads?.length ? { leftOutHeads: [...run.leftOutHeads] } : {}),
    trials,
    heads: run.plans.map((plan) =>
      headEvidence(plan, foldsOf(plan.head, run.folds), run.training[plan.head] ?? UNMEASURED),
    ),
    rowChecks: run.plans.flatMap(({ head }) => poolChecks(head, days)),
    drift: run.plans.flatMap(({ drift }) => drift).sort((a, b) => a.p - b.p),
    portfolio: portfolioEvidence(portfolio, trials, tried, run.thresholds),
  };
  return { evidence, trial };
}

const UNMEASURED: OfTraining = { parity: null, topFeature: null, trainedRows: null };

/** Fewer recorded trials than this say too little about how widely Sharpe ratios scatter. */
const TRIALS_FOR_VARIANCE_MIN = 10;

/**
 * Number of trials and scatter of their Sharpe ratios. The scatter is at least what worthless trials of this length would
 * show, 1 / (n - 1): a handful of near copies must not switch the deflation off.
 */
function deflationOf(trials: readonly Trial[], tradeDates: number): GateEvidence['trials'] {
  const count = trials.length;
  const ofNull = tradeDates > 1 ? 1 / (tradeDates - 1) : 1;
  if (count < TRIALS_FOR_VARIANCE_MIN) return { count, sharpeVariance: ofNull, source: 'null' };
  const ofLedger = sampleVariance(trials.map(({ sharpePerDay }) => sharpePerDay));
  if (ofLedger < ofNull) return { count, sharpeVariance: ofNull, source: 'null' };
  return { count, sharpeVariance: ofLedger, source: 'ledger' };
}

/** Over all traded dates; where the rows of one are moved, and those of another otherwise, nothing is said of a shift. */
function poolChecks(head: HeadName, days: readonly PolicyDay[]): RowCheck[] {
  const checks = days.flatMap(({ rowChecks }) => rowChecks.filter((one) => one.head === head));
  if (checks.length === 0) return [];
  const wrong = checks.filter(({ differing }) => differing > 0);
  const shifts = new Set(wrong.map(({ shiftRows }) => shiftRows));
  return [
    {
      head,
      rows: total(checks, ({ rows }) => rows),
      differing: total(checks, ({ differing }) => differing),
      first: wrong[0]?.first ?? null,
      shiftRows: shifts.size === 1 ? wrong[0]!.shiftRows : null,
    },
  ];
}

function foldsOf(head: HeadName, folds: readonly ScoredFold[]): ScoredFold[] {
  return folds.filter(({ score }) => score.head === head).sort((a, b) => a.score.fold - b.score.fold);
}
