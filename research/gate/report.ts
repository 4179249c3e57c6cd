import { createHash } from 'node:crypto';
import { z } from 'zod';
import { gateThresholds } from '../../shared/config/gate-thresholds.js';
import { headName } from '../../shared/model/heads/head.js';
import { sha256Hex } from '../../shared/reference.js';
import { driftedThing } from './drift.js';
import { foldPlan, permuted, tradeDateNumber } from './fold-contract.js';
import { rowCheck } from './policy-day.js';

const count = z.number().int().nonnegative();
const finite = z.number();
/** A count, or the mean of counts of fits with several seeds. */
const meanCount = z.number().nonnegative();

/** An estimate with its two-sided 90 % interval: each end is a one-sided 5 % bound. */
export const interval = z.strictObject({ estimate: finite, low: finite, high: finite });
export type Interval = Readonly<z.infer<typeof interval>>;

/** Every rule that can hold a release, the weightiest first. */
export const GATE_RULES = [
  'parity',
  'rows-differ',
  'early-labels',
  'permutation',
  'too-good',
  'class-prior',
  'net-pnl',
  'deflated-sharpe',
  'pbo',
  'log-loss-worse',
  'net-pnl-worse',
  'calibration',
  'calibration-rise',
  'hit-rate',
  'turnover',
  'drift',
  'fewer-rows',
  'hole',
  'few-trades',
  'data',
] as const;
export const gateRule = z.enum(GATE_RULES);
export type GateRule = z.infer<typeof gateRule>;

/** Why a release is held, or what to keep an eye on, in words for the operator who decides. */
export const gateReason = z.strictObject({
  rule: gateRule,
  sentence: z.string().min(1),
  /** The measured number and the one it was compared with; null where the rule has none. */
  value: finite.nullable(),
  threshold: finite.nullable(),
  /** Absent for the rules on all heads together. */
  head: headName.optional(),
});
export type GateReason = Readonly<z.infer<typeof gateReason>>;

export const verdict = z.strictObject({
  verdict: z.enum(['pass', 'hold']),
  /** Inconclusive is a hold that more data would decide: nothing that was measured speaks against the candidate. */
  outcome: z.enum(['pass', 'hold', 'inconclusive']),
  /** Every rule that holds, the weightiest first; empty on a pass. */
  reasons: z.array(gateReason),
});
export type Verdict = Readonly<z.infer<typeof verdict>>;

/** One recipe's metrics over some test rows. */
export const armMetrics = z.strictObject({
  rows: count,
  /** Mean, nats. */
  logLoss: finite,
  /** Share of the rows that moved whose favoured side was right. */
  hitRate: finite,
  /** Expected calibration error, ten equal bins, mean over the classes. */
  calibrationError: finite,
  /** Mean squared distance between what was said and what came. */
  brier: finite,
  /** Of the class that was given most with the class that came: correlation (Gorodkin 2004), and F1 of each class and their mean. */
  matthews: finite,
  macroF1: finite,
  f1: z.array(finite),
  trades: meanCount,
  tradesPerDay: finite,
  grossTicks: finite,
  costTicks: finite,
  netTicks: finite,
});
export type ArmMetrics = Readonly<z.infer<typeof armMetrics>>;

/** Test of a mean loss difference, candidate minus prior; a small p says that the candidate is worse. */
export const dieboldMarianoResult = z.strictObject({
  statistic: finite,
  pWorse: finite,
  observations: count,
  lag: count,
  /** Of the variance: what another draw of seeds would change. */
  seedShare: finite,
});
export type DieboldMarianoResult = Readonly<z.infer<typeof dieboldMarianoResult>>;

export const foldEvidence = z.strictObject({
  fold: count,
  by: z.enum(['refits', 'files']),
  testTradeDateFirst: tradeDateNumber,
  testTradeDateLast: tradeDateNumber,
  trainRows: count,
  purgedRows: count,
  testRows: count,
  classPriorLogLoss: finite,
  candidate: armMetrics,
  prior: armMetrics.nullable(),
});
export type FoldEvidence = Readonly<z.infer<typeof foldEvidence>>;

/** One bin of the reliability curve, with the Wilson 95 % interval of the observed frequency. */
export const reliabilityBin = z.strictObject({
  from: finite,
  to: finite,
  rows: meanCount,
  meanProbability: finite.nullable(),
  frequency: finite.nullable(),
  low: finite.nullable(),
  high: finite.nullable(),
});

/** One tenth of the rows by expected move (fold by fold), lowest first: mean ticks per row. */
export const decileMean = z.strictObject({
  rows: meanCount,
  expectedTicks: finite.nullable(),
  moveTicks: finite.nullable(),
});

/** What the folds say about one head. `pooled` is null when no fold could be scored. */
export const headEvidence = z.strictObject({
  head: headName,
  data: z.strictObject({
    rows: count,
    tradeDates: count,
    minutes: finite,
    /** Refits, and the files. */
    foldsPlanned: count,
    /** Labels that end before their horizon has passed. */
    earlyLabels: count,
    hole: foldPlan.shape.hole,
    /** What is missing, when the plan could not be made. */
    shortfall: z.string().nullable(),
  }),
  /** The feature that the candidate gained most from, and its share of the gain; null when it was not measured. */
  topFeature: z.strictObject({ feature: z.string(), gainShare: finite }).nullable(),
  /** Rows that the file was trained on, and those of the file in use; null where it is not known. */
  trainedRows: z.strictObject({ candidate: count, prior: count.nullable() }).nullable(),
  /** ONNX against the booster on real rows; null when it was not measured. */
  parity: z.strictObject({ passed: z.boolean(), rows: count, maxAbsDifference: finite }).nullable(),
  folds: z.array(foldEvidence),
  pooled: z
    .strictObject({
      classPriorLogLoss: finite,
      candidate: armMetrics,
      prior: armMetrics.nullable(),
      /** Over the folds on which the prior was scored. */
      candidateWherePrior: armMetrics.nullable(),
      /** Mean log loss of the candidate, by Student's t over trade dates; null with too few of them. */
      logLoss: interval.nullable(),
    })
    .nullable(),
  /** With labels that have nothing to do with their rows; null where it was not tried. */
  permuted: permuted.nullable(),
  /** The candidate's forecasts by session phase and volatility, with intervals over trade dates. */
  regimes: z.array(
    z.strictObject({
      regime: z.string(),
      rows: count,
      tradeDates: count,
      /** 1 - log loss / that of the class shares; null with too few trade dates. */
      skill: interval.nullable(),
      hitRate: interval.nullable(),
    }),
  ),
  /** Candidate against prior; null on a first release. */
  comparison: z
    .strictObject({
      dieboldMariano: dieboldMarianoResult,
      /** (candidate - prior) / prior mean log loss. */
      logLossRise: finite,
    })
    .nullable(),
  reliability: z.array(reliabilityBin),
  deciles: z.array(decileMean),
});
export type HeadEvidence = Readonly<z.infer<typeof headEvidence>>;

/** One arm, by the policy that trades; the mean of its seeds. */
export const portfolioArm = z.strictObject({
  trades: meanCount,
  tradesPerDay: finite,
  grossTicks: finite,
  costTicks: finite,
  netTicks: finite,
  /** Total net ticks, by Student's t over trade dates; null with too few of them. */
  netTicksInterval: interval.nullable(),
  /** Mean cost per trade that would leave no profit, in ticks; null without trades. */
  breakEvenCostTicks: finite.nullable(),
  maxDrawdownTicks: finite,
  /** Per trade date, not annualised. */
  sharpePerDay: finite,
  /** Probability that the true Sharpe ratio exceeds zero, and the one deflated by the number of trials. */
  probabilisticSharpe: finite,
  deflatedSharpe: finite,
});
export type PortfolioArm = Readonly<z.infer<typeof portfolioArm>>;

export const portfolioEvidence = z.strictObject({
  tradeDates: count,
  candidate: portfolioArm,
  prior: portfolioArm.nullable(),
  /** Over the dates on which the prior traded. */
  candidateWherePrior: portfolioArm.nullable(),
  comparison: z
    .strictObject({
      dieboldMariano: dieboldMarianoResult,
      /** Candidate minus prior total net ticks, by Student's t over trade dates; null with too few of them. */
      netTicksGain: interval.nullable(),
    })
    .nullable(),
  /** Probability of backtest overfitting over the recipes that were really tried on these dates; null with too few to claim one. */
  pbo: z.strictObject({ probability: finite, configurations: count, combinations: count }).nullable(),
  /** Of these, dates that the files traded that would be released: no head of theirs has seen them. */
  keptDates: count,
  daily: z.array(
    z.strictObject({
      tradeDate: tradeDateNumber,
      tradedBy: z.enum(['refits', 'files']),
      candidateTrades: meanCount,
      candidateGrossTicks: finite,
      candidateCostTicks: finite,
      candidateNetTicks: finite,
      candidateCumulativeTicks: finite,
      priorNetTicks: finite.nullable(),
      priorCumulativeTicks: finite.nullable(),
    }),
  ),
});
export type PortfolioEvidence = Readonly<z.infer<typeof portfolioEvidence>>;

/** Everything the rules look at. */
export const gateEvidence = z.strictObject({
  /** Identity of the candidate run; one line of the trial ledger. */
  runId: z.string().min(1),
  /** Which candidate was judged; reports made before candidates were named have none, and are not signed any more. */
  candidateSha256: sha256Hex.optional(),
  /** Made from generated, not real, market data. */
  synthetic: z.boolean(),
  /** Name of the release that was refitted for comparison; null on a first release. */
  priorRelease: z.string().nullable(),
  /** Heads of the prior release that the candidate does not have; absent where there is none. */
  leftOutHeads: z.array(headName).min(1).optional(),
  trials: z.strictObject({ count: count.min(1), sharpeVariance: finite, source: z.enum(['ledger', 'null']) }),
  heads: z.array(headEvidence).min(1),
  /** By head: rows of training that are not those of trading, on all traded dates. */
  rowChecks: z.array(rowCheck),
  /** Features and labels whose kept dates are not like those before; the strongest first. */
  drift: z.array(driftedThing),
  /** Null when no date could be traded. */
  portfolio: portfolioEvidence.nullable(),
});
export type GateEvidence = Readonly<z.infer<typeof gateEvidence>>;

/** The gate's whole word on a candidate: evidence, the thresholds in force, and the verdict. */
export const gateReport = z.strictObject({
  kind: z.literal('believe.gate-report'),
  version: z.literal(3),
  verdict,
  evidence: gateEvidence,
  thresholds: gateThresholds,
});
export type GateReport = Readonly<z.infer<typeof gateReport>>;

/** The report's bytes: JSON with keys in the schema's order, so that equal reports have equal hashes. */
export function encodeGateReport(report: GateReport): { bytes: Uint8Array; sha256: z.infer<typeof sha256Hex> } {
  const bytes = new TextEncoder().encode(`${JSON.stringify(gateReport.parse(report))}\n`);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}
