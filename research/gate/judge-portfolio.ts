import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import type { GateEvidence, GateReason, GateRule, PortfolioArm, PortfolioEvidence } from './report.js';
import { percent, probability, ticks } from './wording.js';

/** Every rule on the heads' earnings together that speaks against the candidate. */
export function judgePortfolio(evidence: GateEvidence, thresholds: GateThresholds): GateReason[] {
  const { portfolio } = evidence;
  // Where heads lack data they say so themselves; a second sentence would not help.
  if (!portfolio) return evidence.heads.some((head) => head.data.shortfall) ? [] : [nothingTested()];
  const first = evidence.priorRelease === null;
  return [
    ...(first ? [unprovenEdge(portfolio, evidence.trials, thresholds)] : againstPrior(portfolio, thresholds)),
    overfitted(portfolio, thresholds),
  ].filter((reason) => reason !== null);
}

/** Not against the candidate, but worth an eye. */
export function warnPortfolio({ portfolio }: GateEvidence, { pboWarn, pboMax }: GateThresholds): GateReason[] {
  const estimate = portfolio?.pbo?.probability;
  if (estimate === undefined || estimate <= pboWarn || estimate > pboMax) return [];
  const sentence = `What was chosen on one half of the dates does not carry over well to the other: probability of overfitting ${percent(estimate)}.`;
  return [reason('pbo', sentence, estimate, pboWarn)];
}

function nothingTested(): GateReason {
  return reason('data', 'No trade dates were tested, so nothing is known about earnings.', null, null);
}

function unprovenEdge(
  { candidate, tradeDates }: PortfolioEvidence,
  trials: GateEvidence['trials'],
  { deflatedSharpeMin }: GateThresholds,
): GateReason | null {
  if (candidate.deflatedSharpe >= deflatedSharpeMin) return null;
  const tried = trials.count === 1 ? 'the first candidate ever tried' : `the ${trials.count} candidates ever tried`;
  return reason(
    'deflated-sharpe',
    `The edge is not proven: ${ticks(candidate.netTicks)} ticks after costs on ${tradeDates} trade dates give a probability of ${percent(candidate.deflatedSharpe)} that it is more than luck, counting ${tried}; ${percent(deflatedSharpeMin)} are needed for a first release.`,
    candidate.deflatedSharpe,
    deflatedSharpeMin,
  );
}

function againstPrior(portfolio: PortfolioEvidence, thresholds: GateThresholds): (GateReason | null)[] {
  const { candidate, prior, comparison } = portfolio;
  if (!prior || !comparison)
    return [reason('data', 'The earnings were not compared with the prior release on every fold.', null, null)];
  return [
    significantlyPoorer(comparison, thresholds),
    possiblyPoorer(comparison, prior, thresholds),
    tradesMoreForNothing(candidate, prior, thresholds),
    lessProven(candidate, prior, thresholds),
  ];
}

type Comparison = NonNullable<PortfolioEvidence['comparison']>;

function significantlyPoorer(
  { dieboldMariano, netTicksGain }: Comparison,
  { significance }: GateThresholds,
): GateReason | null {
  if (dieboldMariano.pWorse >= significance) return null;
  return reason(
    'net-pnl-worse',
    `The candidate earns significantly less than the prior after costs (${ticks(-netTicksGain.estimate)} ticks less, Diebold-Mariano p = ${probability(dieboldMariano.pWorse)}).`,
    dieboldMariano.pWorse,
    significance,
  );
}

function possiblyPoorer({ netTicksGain }: Comparison, prior: PortfolioArm, { netPnlMargin }: GateThresholds) {
  const allowedTicks = -netPnlMargin * Math.abs(prior.netTicks);
  if (netTicksGain.low >= allowedTicks) return null;
  return reason(
    'net-pnl-margin',
    `The candidate may earn up to ${ticks(-netTicksGain.low)} ticks less than the prior's ${ticks(prior.netTicks)} after costs (5 % bound over trade dates); ${ticks(-allowedTicks)} less are allowed.`,
    netTicksGain.low,
    allowedTicks,
  );
}

function tradesMoreForNothing(
  candidate: PortfolioArm,
  prior: PortfolioArm,
  { turnoverRiseMax }: GateThresholds,
): GateReason | null {
  const allowed = prior.tradesPerDay * (1 + turnoverRiseMax);
  if (candidate.tradesPerDay <= allowed || candidate.netTicks > prior.netTicks) return null;
  return reason(
    'turnover',
    `The candidate trades ${candidate.tradesPerDay.toFixed(1)} times a day, the prior ${prior.tradesPerDay.toFixed(1)} times, and earns no more for it after costs.`,
    candidate.tradesPerDay,
    allowed,
  );
}

function lessProven(
  candidate: PortfolioArm,
  prior: PortfolioArm,
  { deflatedSharpeDropMax }: GateThresholds,
): GateReason | null {
  const drop = prior.deflatedSharpe - candidate.deflatedSharpe;
  if (drop <= deflatedSharpeDropMax) return null;
  return reason(
    'deflated-sharpe-drop',
    `The probability that the edge is more than luck fell from ${percent(prior.deflatedSharpe)} with the prior to ${percent(candidate.deflatedSharpe)}; a fall of ${percent(deflatedSharpeDropMax)} is allowed.`,
    drop,
    deflatedSharpeDropMax,
  );
}

function overfitted({ pbo, tradeDates }: PortfolioEvidence, { pboMax }: GateThresholds): GateReason | null {
  if (!pbo)
    return reason('data', `Only ${tradeDates} tested trade dates: too few to estimate overfitting.`, tradeDates, null);
  if (pbo.probability <= pboMax) return null;
  return reason(
    'pbo',
    `What was best on one half of the dates was below average on the other in ${percent(pbo.probability)} of ${pbo.combinations} ways to halve them (${pbo.configurations} settings of direction and threshold); ${percent(pboMax)} is the limit.`,
    pbo.probability,
    pboMax,
  );
}

function reason(rule: GateRule, sentence: string, value: number | null, threshold: number | null): GateReason {
  return { rule, sentence, value, threshold };
}
