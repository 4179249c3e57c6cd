import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import type { DayScore, FoldScore } from './fold-contract.js';
import type { GateEvidence, PortfolioArm, PortfolioEvidence } from './report.js';
import { backtestOverfitting } from './statistics/backtest-overfitting.js';
import { bootstrapPlan, dayBootstrap } from './statistics/day-bootstrap.js';
import { dieboldMariano } from './statistics/diebold-mariano.js';
import { maxDrawdown } from './statistics/drawdown.js';
import { deflatedSharpe, probabilisticSharpe, returnMoments } from './statistics/sharpe.js';
import { total } from './statistics/total.js';

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
  readonly netTicksByMargin: readonly number[];
  /** The same trades in the other direction: their moves lost, and their costs paid all the same. */
  readonly fadedTicksByMargin: readonly number[];
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
  days: readonly PortfolioDay[],
  trials: Trials,
  thresholds: GateThresholds,
): PortfolioEvidence | null {
  if (days.length < 2) return null;
  const candidate = days.map((day) => day.candidate);
  const prior = days.every((day) => day.prior !== null) ? days.map((day) => day.prior!) : null;
  return {
    tradeDates: days.length,
    candidate: portfolioArm(candidate, trials, thresholds),
    prior: prior && portfolioArm(prior, trials, thresholds),
    comparison: prior && comparisonOf(candidate, prior, thresholds),
    pbo: overfitting(candidate, prior, thresholds),
    daily: dailyCurves(days),
  };
}

function portfolioArm(days: readonly DayTotal[], trials: Trials, thresholds: GateThresholds): PortfolioArm {
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
    netTicksInterval: netInterval(net, thresholds),
    breakEvenCostTicks: trades > 0 ? grossTicks / trades : null,
    maxDrawdownTicks: maxDrawdown(net),
    sharpePerDay: moments.sharpe,
    probabilisticSharpe: probabilisticSharpe(moments),
    deflatedSharpe: deflatedSharpe(moments, trials.count, trials.sharpeVariance),
  };
}

function comparisonOf(candidate: readonly DayTotal[], prior: readonly DayTotal[], thresholds: GateThresholds) {
  const gain = candidate.map((day, at) => day.netTicks - prior[at]!.netTicks);
  return {
    // A loss is a gain with the other sign; positions are closed within the day, so days do not overlap.
    dieboldMariano: dieboldMariano(
      gain.map((ticks) => -ticks),
      1,
    ),
    netTicksGain: netInterval(gain, thresholds),
  };
}

function netInterval(net: readonly number[], thresholds: GateThresholds) {
  return dayBootstrap(
    net.length,
    (timesDrawn) => net.reduce((sum, ticks, at) => sum + timesDrawn[at]! * ticks, 0),
    bootstrapPlan(thresholds),
  );
}

/**
 * Every decision threshold of the family, following the forecasts or trading against them, for both recipes: what a
 * researcher could have picked from without a new fit. Thresholds alone would not do: neighbours are nearly the same
 * strategy, and which of equals wins is a coin toss that says nothing about overfitting.
 */
function overfitting(
  candidate: readonly DayTotal[],
  prior: readonly DayTotal[] | null,
  { pboPartitions, costMarginFamily }: GateThresholds,
): PortfolioEvidence['pbo'] {
  const partitions = Math.min(pboPartitions, candidate.length - (candidate.length % 2));
  if (partitions < 4) return null;
  const arms = prior ? [candidate, prior] : [candidate];
  const configurations = arms.flatMap((days) =>
    costMarginFamily.flatMap((_, margin) => [
      days.map((day) => day.netTicksByMargin[margin]!),
      days.map((day) => day.fadedTicksByMargin[margin]!),
    ]),
  );
  return backtestOverfitting(configurations, partitions);
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
  const byMargin = (of: (day: DayScore, margin: number) => number) =>
    days[0]!.netTicksByMargin.map((_, margin) => total(own, (day) => of(day, margin)));
  return {
    trades: total(own, (day) => day.trades),
    grossTicks: total(own, (day) => day.grossTicks),
    costTicks: total(own, (day) => day.costTicks),
    netTicks: total(own, (day) => day.netTicks),
    netTicksByMargin: byMargin((day, margin) => day.netTicksByMargin[margin]!),
    fadedTicksByMargin: byMargin((day, margin) => -day.netTicksByMargin[margin]! - 2 * day.costTicksByMargin[margin]!),
  };
}
