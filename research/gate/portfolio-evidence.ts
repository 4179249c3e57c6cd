import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import type { DayScore, FoldScore } from './fold-contract.js';
import type { GateEvidence, PortfolioArm, PortfolioEvidence } from './report.js';
import { seedNoise } from './seed-noise.js';
import { backtestOverfitting } from './statistics/backtest-overfitting.js';
import { totalInterval } from './statistics/day-interval.js';
import { dieboldMariano, type SeedNoise } from './statistics/diebold-mariano.js';
import { maxDrawdown } from './statistics/drawdown.js';
import { deflatedSharpe, probabilisticSharpe, returnMoments } from './statistics/sharpe.js';
import { total } from './statistics/total.js';
import type { Trial } from './trials.js';

type Trials = GateEvidence['trials'];

/** What all heads did on one trade date, one contract each at most. */
export interface PortfolioDay {
  readonly tradeDate: number;
  readonly candidate: DayTotal;
  readonly prior: DayTotal | null;
}

interface DayTotal {
  readonly trades: number;
  readonly grossTicks: number;
  readonly costTicks: number;
  readonly netTicks: number;
}

/** The heads together, by trade date. */
export interface Portfolio {
  readonly days: readonly PortfolioDay[];
  /** In the mean difference of net ticks a day; none without a prior. */
  readonly noise: SeedNoise;
}

/** What all heads earned, and what another draw of seeds would change in it. */
export function portfolioOf(scores: readonly FoldScore[]): Portfolio {
  const days = portfolioDays(scores);
  const compared = scores.filter(({ prior }) => prior !== null);
  if (compared.length === 0 || days.some(({ prior }) => prior === null))
    return { days, noise: { variance: 0, degrees: 1 } };
  const noise = seedNoise(
    compared.map(({ candidate }) => candidate),
    compared.map(({ prior }) => prior!),
    (seed) => seed.netTicks / days.length,
  );
  return { days, noise };
}

/**
 * Sums the heads by trade date, over every date on which any head was tested, in order of date. A head that the prior release
 * does not have earned it nothing.
 */
export function portfolioDays(scores: readonly FoldScore[]): PortfolioDay[] {
  const headsOfPrior = new Set(scores.filter(({ prior }) => prior !== null).map(({ head }) => head));
  const compared = scores.filter(({ head }) => headsOfPrior.has(head));
  const withPrior = compared.length > 0 && compared.every((score) => score.prior !== null);
  const candidate = scores.flatMap((score) => score.candidate.days);
  const prior = withPrior ? compared.flatMap((score) => score.prior!.days) : [];
  const dates = [...new Set(candidate.map((day) => day.tradeDate))].sort((a, b) => a - b);
  return dates.map((tradeDate) => ({
    tradeDate,
    candidate: dayTotal(candidate, tradeDate),
    prior: withPrior ? dayTotal(prior, tradeDate) : null,
  }));
}

/** The candidate's Sharpe ratio per trade date: what the trial ledger keeps. 0 with fewer than two dates. */
export function candidateSharpePerDay(days: readonly PortfolioDay[]): number {
  return days.length < 2 ? 0 : returnMoments(days.map((day) => day.candidate.netTicks)).sharpe;
}

/** The heads together: earnings after costs, their deflated Sharpe ratio, and candidate against prior. Null below two dates. */
export function portfolioEvidence(
  { days, noise }: Portfolio,
  trials: Trials,
  tried: readonly Trial[],
  thresholds: GateThresholds,
): PortfolioEvidence | null {
  if (days.length < 2) return null;
  const candidate = days.map((day) => day.candidate);
  const prior = days.every((day) => day.prior !== null) ? days.map((day) => day.prior!) : null;
  return {
    tradeDates: days.length,
    candidate: portfolioArm(candidate, trials),
    prior: prior && portfolioArm(prior, trials),
    comparison: prior && comparisonOf(candidate, prior, noise),
    pbo: overfitting(days, tried, thresholds),
    daily: dailyCurves(days),
  };
}

function portfolioArm(days: readonly DayTotal[], trials: Trials): PortfolioArm {
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
    deflatedSharpe: deflatedSharpe(moments, trials.count, trials.sharpeVariance),
  };
}

function comparisonOf(candidate: readonly DayTotal[], prior: readonly DayTotal[], noise: SeedNoise) {
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
  days: readonly PortfolioDay[],
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

function dailyCurves(days: readonly PortfolioDay[]): PortfolioEvidence['daily'] {
  let candidateTicks = 0;
  let priorTicks = 0;
  return days.map(({ tradeDate, candidate, prior }) => {
    candidateTicks += candidate.netTicks;
    priorTicks += prior?.netTicks ?? 0;
    return {
      tradeDate,
      candidateNetTicks: candidate.netTicks,
      candidateCumulativeTicks: candidateTicks,
      priorNetTicks: prior?.netTicks ?? null,
      priorCumulativeTicks: prior ? priorTicks : null,
    };
  });
}

function dayTotal(days: readonly DayScore[], tradeDate: number): DayTotal {
  const own = days.filter((day) => day.tradeDate === tradeDate);
  return {
    trades: total(own, (day) => day.trades),
    grossTicks: total(own, (day) => day.grossTicks),
    costTicks: total(own, (day) => day.costTicks),
    netTicks: total(own, (day) => day.netTicks),
  };
}
