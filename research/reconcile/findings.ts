import type { Drift } from './clock/drift.js';
import { MINUTE_NS } from './clock/minute-offsets.js';
import type { Knot } from './clock/offset-curve.js';
import type { Minute } from './minutes.js';
import type { FeedReport, Rate, ReconcileFinding } from './report.js';
import type { Silence } from './silences.js';
import type { Span } from './spans.js';
import type { Thresholds } from './thresholds.js';
import { clock, count, ms, percent } from './wording.js';

/** Everything that is judged. Times ns after the base. */
export interface Judged {
  readonly thresholds: Thresholds;
  readonly first: FeedReport;
  readonly second: FeedReport;
  readonly isClockKnown: boolean;
  readonly offsetRangeMs: number;
  readonly volumeMatchedShare: number | null;
  readonly minutes: readonly Minute[];
  readonly silences: readonly { readonly feed: string; readonly silence: Silence }[];
  readonly knots: readonly Knot[];
  readonly drift: Drift | null;
  readonly bestWithin: Rate;
  /** From the first to the last trade of either feed. */
  readonly wholeNs: readonly [number, number];
  readonly timeOf: (ns: number) => string;
}

/** A finding, and which part of the date it makes doubtful: none where the whole date is as it is everywhere. */
export interface Judgement {
  readonly finding: ReconcileFinding;
  readonly spans: readonly Span[];
}

/** Of one kind as many are told one by one; the rest is told together. */
const TOLD_MAX = 10;

/** All that is not as it should be, the weightiest first. */
export function judge(judged: Judged): Judgement[] {
  const unlike = notAlike(judged);
  if (unlike.length > 0) return unlike;
  return [
    ...volume(judged),
    ...silences(judged),
    ...minutes(judged),
    ...repeated(judged),
    ...bestPrices(judged),
    ...clocks(judged),
  ];
}

/** Where both feeds trade, and yet have little in common, every other figure says only that. */
function notAlike({ isClockKnown, offsetRangeMs, minutes: all, thresholds, wholeNs, timeOf }: Judged): Judgement[] {
  const both = all.filter(({ report: { first, second } }) => first.trades > 0 && second.trades > 0);
  const contracts = both.reduce((sum, { report: { first, second } }) => sum + first.contracts + second.contracts, 0);
  const lacking = both.reduce((sum, minute) => sum + missing(minute), 0);
  // Two feeds that never trade in the same minute are alike only where their clocks are known.
  const isAlike = contracts === 0 ? isClockKnown : 1 - lacking / contracts >= thresholds.alikeMin;
  if (isAlike) return [];
  const [fromNs, toNs] = [wholeNs[0], wholeNs[1] + 1];
  const why = `no offset of the clocks within ${offsetRangeMs / 1000} s to either side makes them look alike: another contract, another date, clocks farther apart, or too few trades`;
  const share = contracts === 0 ? 'None' : percent(1 - lacking / contracts);
  const sentence = `${share} of the volume is in both feeds where both trade; ${why}.`;
  return [
    {
      finding: { kind: 'NotAlike', sentence, fromNs: timeOf(fromNs), toNs: timeOf(toNs) },
      spans: [{ fromNs, toNs, why: 'the feeds do not look alike' }],
    },
  ];
}

function volume({ volumeMatchedShare: share, thresholds, first, second }: Judged): Judgement[] {
  if (share === null || share >= thresholds.volumeMatchedMin) return [];
  const sentence = `${percent(share)} of the volume is in both feeds, and ${percent(thresholds.volumeMatchedMin)} should be: only ${first.name} has ${count(first.onlyContracts)} contracts, only ${second.name} ${count(second.onlyContracts)}.`;
  return [{ finding: { kind: 'VolumeDiffers', sentence, fromNs: null, toNs: null }, spans: [] }];
}

function silences({ silences: found, timeOf }: Judged): Judgement[] {
  return told(
    [...found].sort((a, b) => b.silence.trades - a.silence.trades),
    ({ feed, silence: { fromNs, toNs, trades } }) => ({
      finding: {
        kind: 'FeedSilent',
        sentence: `${feed} has no trade from ${clock(timeOf(fromNs))} to ${clock(timeOf(toNs))}, and the other feed has ${count(trades)}.`,
        fromNs: timeOf(fromNs),
        toNs: timeOf(toNs + 1),
      },
      spans: [{ fromNs, toNs: toNs + 1, why: `${feed} is silent` }],
    }),
  );
}

/** Minutes that a test holds of, those that follow each other together. */
function runsOf(all: readonly Minute[], holds: (minute: Minute) => boolean): Minute[][] {
  const runs: Minute[][] = [];
  for (const minute of all.filter(holds)) {
    const last = runs.at(-1);
    if (last && last.at(-1)!.index + 1 === minute.index) last.push(minute);
    else runs.push([minute]);
  }
  return runs;
}

function spanOf(run: readonly Minute[]): readonly [number, number] {
  return [run[0]!.index * MINUTE_NS, (run.at(-1)!.index + 1) * MINUTE_NS];
}

function missing({ report: { first, second } }: Minute): number {
  return first.contracts - first.matchedContracts + second.contracts - second.matchedContracts;
}

/** Seconds of a minute that lie between the date's first and last trade. */
function coveredSeconds({ index }: Minute, [fromNs, toNs]: Judged['wholeNs']): number {
  return (Math.min(toNs, (index + 1) * MINUTE_NS) - Math.max(fromNs, index * MINUTE_NS)) / 1e9;
}

function minutes({ minutes: all, thresholds, wholeNs, timeOf }: Judged): Judgement[] {
  const runs = runsOf(all, (minute) => {
    // Two captures begin and end at moments of their own: what lies between is no minute of the market.
    if (coveredSeconds(minute, wholeNs) < thresholds.minuteSecondsMin) return false;
    const share = minute.report.matchedShare;
    const isLow = share !== null && share < thresholds.minuteMatchedMin;
    return isLow && missing(minute) >= thresholds.minuteMissingContractsMin;
  });
  const lacks = (run: readonly Minute[]) => run.reduce((sum, minute) => sum + missing(minute), 0);
  return told(
    runs.sort((a, b) => lacks(b) - lacks(a)),
    (run) => {
      const [fromNs, toNs] = spanOf(run);
      const contracts = run.reduce((sum, { report }) => sum + report.first.contracts + report.second.contracts, 0);
      const sentence = `From ${clock(timeOf(fromNs))} to ${clock(timeOf(toNs))} ${percent(1 - lacks(run) / contracts)} of the volume is in both feeds; ${count(lacks(run))} contracts are in one only.`;
      return {
        finding: { kind: 'MinutesDiffer', sentence, fromNs: timeOf(fromNs), toNs: timeOf(toNs) },
        spans: [{ fromNs, toNs, why: 'trades are in one feed only' }],
      };
    },
  );
}

function repeated({ first, second, thresholds }: Judged): Judgement[] {
  return [first, second].flatMap(({ name, trades, repeated: { estimatedTrades, trades: alike } }) => {
    if (estimatedTrades <= thresholds.repeatedMax * trades || estimatedTrades < thresholds.repeatedTradesMin) return [];
    const sentence = `${name} says some ${count(Math.round(estimatedTrades))} of its ${count(trades)} trades twice: ${count(alike)} that the other feed lacks look like a near one.`;
    return [{ finding: { kind: 'TradesRepeated' as const, sentence, fromNs: null, toNs: null }, spans: [] }];
  });
}

function bestPrices({ bestWithin, minutes: all, thresholds, timeOf }: Judged): Judgement[] {
  const runs = runsOf(all, ({ report: { books } }) => {
    return books !== null && books.bestWithin < thresholds.minuteBestPricesMin * books.moments;
  });
  const spans = runs.map((run) => {
    const [fromNs, toNs] = spanOf(run);
    return { fromNs, toNs, why: 'best prices differ' };
  });
  if (bestWithin === null || (bestWithin.share >= thresholds.bestPricesMin && spans.length === 0)) return [];
  const worst = [...spans].sort((a, b) => b.toNs - b.fromNs - (a.toNs - a.fromNs))[0];
  const where = worst ? `, longest from ${clock(timeOf(worst.fromNs))} to ${clock(timeOf(worst.toNs))}` : '';
  const sentence = `The best prices are the same at ${percent(bestWithin.share)} of ${count(bestWithin.of)} moments; ${runs.flat().length} minutes are below ${percent(thresholds.minuteBestPricesMin)}${where}.`;
  const [fromNs, toNs] = worst ? [timeOf(worst.fromNs), timeOf(worst.toNs)] : [null, null];
  return [{ finding: { kind: 'BestPricesDiffer', sentence, fromNs, toNs }, spans }];
}

function clocks({ minutes: all, thresholds, knots, drift, first, second, timeOf }: Judged): Judgement[] {
  const apart = runsOf(all, ({ report }) => Math.abs(report.offsetMs ?? 0) > thresholds.offsetMsMax);
  const steps = knots.flatMap((knot, i) => {
    const before = knots[i - 1];
    const isFar = knot.isStep && Math.abs(knot.offsetNs - before!.offsetNs) > thresholds.stepMsMax * 1e6;
    return isFar ? [{ before: before!, knot }] : [];
  });
  return [
    ...told(apart, (run) => {
      const [fromNs, toNs] = spanOf(run);
      const farthest = Math.max(...run.map(({ report }) => Math.abs(report.offsetMs!)));
      const sentence = `From ${clock(timeOf(fromNs))} to ${clock(timeOf(toNs))} the clocks of ${first.name} and ${second.name} stand up to ${ms(farthest)} apart.`;
      return {
        finding: { kind: 'ClocksApart', sentence, fromNs: timeOf(fromNs), toNs: timeOf(toNs) },
        spans: [{ fromNs, toNs, why: 'the clocks are apart' }],
      };
    }),
    ...told(steps, ({ before, knot }) => {
      const sentence = `Near ${clock(timeOf(knot.ns))} the offset of the clocks jumps from ${ms(before.offsetNs / 1e6)} to ${ms(knot.offsetNs / 1e6)}: a clock was set, or a feed fell behind.`;
      const fromNs = Math.floor(before.ns / MINUTE_NS) * MINUTE_NS;
      const toNs = (Math.floor(knot.ns / MINUTE_NS) + 1) * MINUTE_NS;
      return {
        finding: { kind: 'ClockSet', sentence, fromNs: timeOf(before.ns), toNs: timeOf(knot.ns) },
        spans: [{ fromNs, toNs, why: 'a clock was set' }],
      };
    }),
    ...drifts(drift, thresholds),
  ];
}

function drifts(drift: Drift | null, { driftPpmMax, driftMinutesMin }: Thresholds): Judgement[] {
  if (
    drift === null ||
    drift.minutes < driftMinutesMin ||
    Math.min(Math.abs(drift.low), Math.abs(drift.high)) <= driftPpmMax
  )
    return [];
  // An interval on both sides of zero says nothing.
  if (drift.low < 0 && drift.high > 0) return [];
  const sentence = `The clocks run apart by ${drift.ppm.toFixed(0)} parts per million (${drift.low.toFixed(0)} to ${drift.high.toFixed(0)}): ${ms(drift.ppm * 3.6)} an hour.`;
  return [{ finding: { kind: 'ClockDrifts', sentence, fromNs: null, toNs: null }, spans: [] }];
}

/** The first ones each for itself; of the others only their spans, with a sentence that says how many. */
function told<T>(all: readonly T[], of: (one: T) => Judgement): Judgement[] {
  const judgements = all.map(of);
  const rest = judgements.slice(TOLD_MAX);
  if (rest.length === 0) return judgements;
  const finding = { ...rest[0]!.finding, sentence: `...and ${rest.length} more like these.`, fromNs: null, toNs: null };
  return [...judgements.slice(0, TOLD_MAX), { finding, spans: rest.flatMap(({ spans }) => spans) }];
}
