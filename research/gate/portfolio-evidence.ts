import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import type { PolicyDay, PolicyRun } from './policy-day.js';
import type { GateEvidence, PortfolioArm, PortfolioEvidence } from './report.js';
import { seedNoise } from './seed-noise.js';
import { backtestOverfitting } from './statistics/backtest-overfitting.js';
import { totalInterval } from './statistics/day-interval.js';
import { dieboldMariano, type SeedNoise } from './statistics/diebold-mariano.js';
import { maxDrawdown } from './statistics/drawdown.js';
import { bestOfTrials, deflatedSharpe, probabilisticSharpe, returnMoments } from './statistics/sharpe.js';
import { total } from './statistics/total.js';
import type { Trial } from './trials.js';

type Trials = GateEvidence['trials'];

/** What the policy that trades did, by trade date; each arm the mean of its seeds. */
export interface Portfolio {
  /** In order of date. */
  readonly days: readonly PolicyDay[];
  /** In the mean difference of net ticks a day; none without a prior. */
  readonly noise: SeedNoise;
}

/** What the policy earned, and what another draw of seeds would change in it. */
export function portfolioOf(traded: readonly PolicyDay[]): Portfolio {
  const days = [...traded].sort((a, b) => a.tradeDate - b.tradeDate);
  const refits = days.filter(({ tradedBy, prior }) => tradedBy === 'refits' && prior !== null);
  const compared = days.filter(({ prior }) => prior !== null);
  if (refits.length === 0) return { days, noise: { variance: 0, degrees: 1 } };
  const noise = seedNoise(
    refits.map(({ candidate }) => seedsOf(candidate)),
    refits.map(({ prior }) => seedsOf(prior!)),
    (seed) => seed.netTicks / compared.length,
    (compared.length - refits.length) / refits.length,
  );
  return { days, noise };
}

function seedsOf(runs: readonly PolicyRun[]) {
  return { seeds: runs.map(({ netTicks }, seed) => ({ seed, netTicks, logLossSum: 0 })) };
}

/** The candidate's Sharpe ratio per trade date: what the trial ledger keeps. 0 with fewer than two dates. */
export function candidateSharpePerDay({ days }: Portfolio): number {
  return days.length < 2 ? 0 : returnMoments(netOf(days)).sharpe;
}

/** Net ticks of the candidate, date by date. */
export function netOf(days: readonly PolicyDay[]): number[] {
  return days.map(({ candidate }) => meanRun(candidate).netTicks);
}

function meanRun(runs: readonly PolicyRun[]): PolicyRun {
  const mean = (of: (run: PolicyRun) => number) => total(runs, of) / runs.length;
  return {
    trades: mean((run) => run.trades),
    grossTicks: mean((run) => run.grossTicks),
    costTicks: mean((run) => run.costTicks),
    netTicks: mean((run) => run.netTicks),
  };
}

/** The heads together: earnings after costs, their deflated Sharpe ratio, and candidate against prior. Null below two dates. */
export function portfolioEvidence(
  { days, noise }: Portfolio,
  trials: Trials,
  tried: readonly Trial[],
  thresholds: GateThresholds,
): PortfolioEvidence | null {
  if (days.length < 2) return null;
  const candidate = days.map((day) => meanRun(day.candidate));
  // A file that has seen the kept dates is not compared there.
  const compared = days.filter(({ prior }) => prior !== null);
  const isCompared = compared.length > 1 && days.every((day) => day.prior !== null || day.tradedBy === 'files');
  const prior = isCompared ? compared.map((day) => meanRun(day.prior!)) : null;
  const candidateThere = compared.map((day) => meanRun(day.candidate));
  return {
    tradeDates: days.length,
    keptDates: days.filter(({ tradedBy }) => tradedBy === 'files').length,
    candidate: portfolioArm(candidate, trials),
    prior: prior && portfolioArm(prior, trials),
    candidateWherePrior: prior && portfolioArm(candidateThere, trials),
    comparison: prior && comparisonOf(candidateThere, prior, noise),
    pbo: overfitting(days, tried, thresholds),
    daily: dailyCurves(days),
  };
}

function portfolioArm(days: readonly PolicyRun[], trials: Trials): PortfolioArm {
  const net = days.map((day) => day.netTicks);
  const trades = total(days, (day) => day.trades);
  const grossTicks = total(days, (day) => day.grossTicks);
  const moments = returnMoments(net);
  return {
    trades,
    tradesPerDay: trades / days.length,
    grossTicks,
    costTicks: total(days, (day) => day.costTicks),
    netTicks: total(days, (day) => day.netTicks),
    netTicksInterval: totalInterval(net),
    breakEvenCostTicks: trades > 0 ? grossTicks / trades : null,
    maxDrawdownTicks: maxDrawdown(net),
    sharpePerDay: moments.sharpe,
    probabilisticSharpe: probabilisticSharpe(moments),
    // On few dates a Sharpe ratio has wider tails than the normal ones of the paper: the stricter of the two counts.
    deflatedSharpe: Math.min(
      deflatedSharpe(moments, trials.count, trials.sharpeVariance),
      bestOfTrials(moments, trials.count),
    ),
  };
}

function comparisonOf(candidate: readonly PolicyRun[], prior: readonly PolicyRun[], noise: SeedNoise) {
  const gain = candidate.map((day, at) => day.netTicks - prior[at]!.netTicks);
  return {
    // A loss is a gain with the other sign; positions are closed within the day, so days do not overlap.
    dieboldMariano: dieboldMariano(
      gain.map((ticks) => -ticks),
      1,
      1,
      noise,
    ),
    netTicksGain: totalInterval(gain),
  };
}

/** Fewer recipes than this were no search: which of them is best says nothing about overfitting. */
const TRIED_MIN = 10;

/** Over the recipes that were really tried on these trade dates, this one among them. */
function overfitting(
  days: readonly PolicyDay[],
  tried: readonly Trial[],
  { pboPartitions }: GateThresholds,
): PortfolioEvidence['pbo'] {
  const partitions = Math.min(pboPartitions, days.length - (days.length % 2));
  const returns = tried.flatMap(({ daily }) => {
    const ofDate = new Map(daily);
    const series = days.map(({ tradeDate }) => ofDate.get(tradeDate));
    return series.some((net) => net === undefined) ? [] : [series as number[]];
  });
  if (partitions < 4 || returns.length < TRIED_MIN) return null;
  return backtestOverfitting(returns, partitions);
}

function dailyCurves(days: readonly PolicyDay[]): PortfolioEvidence['daily'] {
  let candidateTicks = 0;
  let priorTicks = 0;
  return days.map(({ tradeDate, tradedBy, candidate, prior }) => {
    const { trades, grossTicks, costTicks, netTicks: net } = meanRun(candidate);
    const ofPrior = prior && meanRun(prior).netTicks;
    candidateTicks += net;
    priorTicks += ofPrior ?? 0;
    return {
      ...{ tradeDate, tradedBy },
      ...{ candidateTrades: trades, candidateGrossTicks: grossTicks, candidateCostTicks: costTicks },
      candidateNetTicks: net,
      candidateCumulativeTicks: candidateTicks,
      priorNetTicks: ofPrior,
      priorCumulativeTicks: ofPrior === null ? null : priorTicks,
    };
  });
}
