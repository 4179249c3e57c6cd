import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import type { GateEvidence, GateReason, GateRule, Interval, PortfolioArm, PortfolioEvidence } from './report.js';
import { percent, ticks } from './wording.js';

/** Every rule on the heads' earnings together that speaks against the candidate. */
export function judgePortfolio(evidence: GateEvidence, thresholds: GateThresholds): GateReason[] {
  const { portfolio } = evidence;
  // Where heads lack data they say so themselves; a second sentence would not help.
  if (!portfolio) return evidence.heads.some((head) => head.data.shortfall) ? [] : [nothingTested()];
  const isFirst = evidence.priorRelease === null;
  return [
    noProfit(portfolio),
    tooFewTrades(portfolio, thresholds),
    unprovenEdge(
      portfolio,
      evidence.trials,
      isFirst ? thresholds.deflatedSharpeMin : thresholds.deflatedSharpeUpdateMin,
    ),
    ...(isFirst ? [] : againstPrior(portfolio, evidence.priorRelease!, thresholds)),
    overfitted(portfolio, thresholds),
  ].filter((reason) => reason !== null);
}

function nothingTested(): GateReason {
  return reason('data', 'No trade dates were tested, so nothing is known about earnings.', null, null);
}

/** Prior or not: what loses money on the tested dates is not released, and neither is what earns it by chance. */
function noProfit({ candidate, tradeDates }: PortfolioEvidence): GateReason | null {
  const { netTicks, netTicksInterval: interval, trades } = candidate;
  if (trades === 0) {
    const never = `It would never have traded on ${tradeDates} trade dates: what it expects does not pay for the costs.`;
    return reason('net-pnl', never, 0, 0);
  }
  if (!interval)
    return reason('data', `Only ${tradeDates} tested trade dates: too few to bound what is earned.`, tradeDates, null);
  if (interval.low > 0) return null;
  const range = `${ticks(netTicks)} ticks after costs on ${tradeDates} trade dates, with a 90 % interval from ${ticks(interval.low)} to ${ticks(interval.high)}`;
  const sentence =
    netTicks > 0
      ? `What it earns may be chance: ${range}. About ${datesMore(interval, tradeDates)} more trade dates like these would decide it.`
      : `It loses money: ${range}.`;
  return reason(netTicks > 0 ? 'data' : 'net-pnl', sentence, interval.low, 0);
}

/** The width of a total grows with the root of the dates, what is earned with their number. */
function datesMore({ estimate, low }: Interval, tradeDates: number): number {
  const widthOfEarned = (estimate - low) / estimate;
  return Math.max(1, Math.ceil(tradeDates * widthOfEarned ** 2) - tradeDates);
}

function tooFewTrades({ candidate, tradeDates }: PortfolioEvidence, { tradesMin }: GateThresholds): GateReason | null {
  if (candidate.trades >= tradesMin) return null;
  const sentence = `Only ${candidate.trades.toFixed(0)} trades on ${tradeDates} trade dates: at least ${tradesMin} are needed to tell anything.`;
  return reason('few-trades', sentence, candidate.trades, tradesMin);
}

function unprovenEdge(
  { candidate, tradeDates }: PortfolioEvidence,
  trials: GateEvidence['trials'],
  least: number,
): GateReason | null {
  if (candidate.deflatedSharpe >= least) return null;
  const tried = trials.count === 1 ? 'the first candidate ever tried' : `the ${trials.count} candidates ever tried`;
  return reason(
    'deflated-sharpe',
    `The edge is not proven: ${ticks(candidate.netTicks)} ticks after costs on ${tradeDates} trade dates give a probability of ${percent(candidate.deflatedSharpe)} that it is more than luck, counting ${tried}; ${percent(least)} are needed.`,
    candidate.deflatedSharpe,
    least,
  );
}

function againstPrior(
  { candidateWherePrior, prior, comparison, daily }: PortfolioEvidence,
  priorRelease: string,
  thresholds: GateThresholds,
) {
  if (!prior || !comparison || !candidateWherePrior)
    return [reason('data', 'The earnings were not compared with the prior release on every date.', null, null)];
  return [
    unseenFile(daily, priorRelease),
    tradesMoreForNothing(candidateWherePrior, prior, comparison.dieboldMariano.pWorse, thresholds),
  ];
}

/** What trades now was never set against what would: the recipes alone say nothing of files. */
function unseenFile(daily: PortfolioEvidence['daily'], priorRelease: string): GateReason | null {
  const kept = daily.filter(({ tradedBy }) => tradedBy === 'files');
  if (kept.length === 0 || kept.some(({ priorNetTicks }) => priorNetTicks !== null)) return null;
  const sentence = `${priorRelease} has seen every kept date, or cannot be run by this code: its file was compared with the candidate's on none. Dates that follow its training decide.`;
  return reason('data', sentence, 0, 1);
}

/** One in five equal candidates earns so much less. */
const TURNOVER_P = 0.2;

function tradesMoreForNothing(
  candidate: PortfolioArm,
  prior: PortfolioArm,
  pWorse: number,
  { turnoverRiseMax }: GateThresholds,
): GateReason | null {
  const allowed = prior.tradesPerDay * (1 + turnoverRiseMax);
  // A seed alone moves the number of trades by a quarter: what earns as much as chance allows trades for something.
  if (candidate.tradesPerDay <= allowed || pWorse >= TURNOVER_P) return null;
  return reason(
    'turnover',
    `The candidate trades ${candidate.tradesPerDay.toFixed(1)} times a day, the prior ${prior.tradesPerDay.toFixed(1)} times, and earns less for it after costs.`,
    candidate.tradesPerDay,
    allowed,
  );
}

function overfitted({ pbo }: PortfolioEvidence, { pboMax }: GateThresholds): GateReason | null {
  if (!pbo || pbo.probability <= pboMax) return null;
  return reason(
    'pbo',
    `What was best on one half of the dates was below average on the other in ${percent(pbo.probability)} of ${pbo.combinations} ways to halve them (${pbo.configurations} recipes that were tried); ${percent(pboMax)} is the limit.`,
    pbo.probability,
    pboMax,
  );
}

function reason(rule: GateRule, sentence: string, value: number | null, threshold: number | null): GateReason {
  return { rule, sentence, value, threshold };
}
