import { z } from 'zod';
import { reconcileOptions, thresholds } from './thresholds.js';

// Times are ns since the epoch, UTC, as digits, by the first feed's clock unless said otherwise. Durations and offsets are ms.

const count = z.number().int().nonnegative();
const contracts = z.number().nonnegative();
const share = z.number().min(0).max(1);
const ms = z.number();
const nanoseconds = z.string().regex(/^-?\d{1,20}$/);
/** A share of `of` cases, with Wilson's interval at 95 % as if these were independent; null of no cases. */
const rate = z.strictObject({ share, low: share, high: share, of: count }).nullable();
export type Rate = Readonly<z.infer<typeof rate>>;

/** What only one feed has, from its first trade to its last. */
const onlySpan = z.strictObject({
  fromNs: nanoseconds,
  toNs: nanoseconds,
  trades: count,
  /** That the other feed lacks; of a trade that is there in part, the rest. */
  contracts,
});
export type OnlySpan = Readonly<z.infer<typeof onlySpan>>;

const feed = z.strictObject({
  name: z.string(),
  synthetic: z.boolean(),
  events: count,
  depthEvents: count,
  gaps: count,
  resets: count,
  /** Trades of at least one contract, and what they come to; these are compared. */
  trades: count,
  contracts,
  /** Trades of no contract: left out. */
  emptyTrades: count,
  /** Of the first and last event of any kind, by this feed's own clock; null where there is none. */
  firstNs: nanoseconds.nullable(),
  lastNs: nanoseconds.nullable(),
  /** All contracts of the trade are in the other feed too. `matchedContracts` also counts parts; with `onlyContracts` they are `contracts`. */
  matchedTrades: count,
  matchedContracts: contracts,
  /** Of these, trades that are one of several, or the one, where the feeds aggregate differently. */
  groupedTrades: count,
  /** Trades of which the other feed has some contracts only. */
  partTrades: count,
  /** Trades of which the other feed has nothing. */
  onlyTrades: count,
  onlyContracts: contracts,
  /** The 200 with most contracts, in order of time; what is left out is counted. */
  onlySpans: z.array(onlySpan),
  onlySpansLeftOut: z.strictObject({ spans: count, trades: count, contracts }),
  /** Trades that the other feed lacks and that look like a near one, of the same feed, that it has: told twice. */
  repeated: z.strictObject({
    trades: count,
    contracts,
    /** Share of the matched trades that look like a near one by chance; null without matched trades. */
    byChance: share.nullable(),
    /** Trades told twice, once those that chance explains are taken away; 0 where there are no more than chance may give. */
    estimatedTrades: z.number().nonnegative(),
  }),
});
export type FeedReport = Readonly<z.infer<typeof feed>>;

const clocks = z.strictObject({
  /** False where no offset in the range stands out as one that makes the feeds look alike: equal clocks were assumed. */
  isKnown: z.boolean(),
  /** Pairs of trades, or runs of them, that could not be mistaken; how far they lie from the curve, median. */
  pairs: count,
  scatterMs: ms,
  /** Second feed's clock less the first's, over the minutes that know one; null where none does. */
  offsetMs: z.strictObject({ median: ms, least: ms, greatest: ms }).nullable(),
  /** Slope of the offset between steps, Theil and Sen, and its interval at 95 %; null below five minutes. */
  drift: z.strictObject({ ppm: z.number(), low: z.number(), high: z.number(), minutes: count }).nullable(),
  /** A clock was set: between two minutes the offset jumps. */
  steps: z.array(z.strictObject({ atNs: nanoseconds, beforeMs: ms, afterMs: ms })),
});

const percentiles = z.strictObject({ p5: ms, p50: ms, p95: ms, p99: ms }).nullable();

/** Second feed's stamp less the first's, of matched trades. */
const latency = z.strictObject({
  pairs: count,
  absoluteMs: percentiles,
  /** Less the median of the trade's minute. */
  relativeMs: percentiles,
  /** Of the relative ones, between their 0.5th and 99.5th percentile; equal bins. */
  histogram: z.strictObject({ fromMs: ms, binMs: ms, counts: z.array(count) }).nullable(),
});

const bookLevel = z.strictObject({
  /** 1 for the best. */
  level: count,
  /** Both sides, all moments; one of the feeds at least had the level. */
  compared: count,
  samePrice: share,
  /** Price and contracts. */
  same: share,
  /** The same with the other feed's book of any moment within the window: the one that has most in common. */
  samePriceWithin: share,
  sameWithin: share,
});

const books = z.strictObject({
  /** Moments of the grid, those that were compared, and why others were not. */
  moments: count,
  compared: count,
  /** The book was void: after a gap, before its first complete state, crossed, or one-sided. */
  voidFirst: count,
  voidSecond: count,
  /** Neither feed had said anything for a minute. */
  idle: count,
  /** Both best prices the same at the moment, and at some moment within the window. */
  best: rate,
  bestWithin: rate,
  levels: z.array(bookLevel),
});

const sideOfMinute = z.strictObject({ trades: count, contracts, matchedContracts: contracts });
const minute = z.strictObject({
  startNs: nanoseconds,
  first: sideOfMinute,
  second: sideOfMinute,
  /** Matched contracts of both over contracts of both; null without trades. */
  matchedShare: share.nullable(),
  /** Median of the second's stamp less the first's; null below three matched trades. */
  offsetMs: ms.nullable(),
  /** Moments compared; at how many of them the best prices were the same, exactly and within the window; shares of levels. */
  books: z
    .strictObject({ moments: count, best: count, bestWithin: count, levels: share, levelsWithin: share })
    .nullable(),
});
export type MinuteReport = Readonly<z.infer<typeof minute>>;

export const FINDINGS = [
  'FeedMissing',
  'NotAlike',
  'VolumeDiffers',
  'MinutesDiffer',
  'FeedSilent',
  'TradesRepeated',
  'BestPricesDiffer',
  'ClocksApart',
  'ClockSet',
  'ClockDrifts',
] as const;

const finding = z.strictObject({
  kind: z.enum(FINDINGS),
  sentence: z.string().min(1),
  /** Null where it is about the whole date. */
  fromNs: nanoseconds.nullable(),
  toNs: nanoseconds.nullable(),
});
export type ReconcileFinding = Readonly<z.infer<typeof finding>>;

/** A part of the date that training and backtest may leave out: [from, to). In order of time, apart from each other. */
export const doubtfulSpan = z.strictObject({ fromNs: nanoseconds, toNs: nanoseconds, why: z.string().min(1) });
export type DoubtfulSpan = Readonly<z.infer<typeof doubtfulSpan>>;

/** `report.json`: two captures of one contract's trade date, side by side. */
export const reconcileReport = z.strictObject({
  kind: z.literal('believe.reconcile-report'),
  version: z.literal(1),
  instrument: z.string(),
  tradeDate: z.iso.date(),
  /** Points of a tick. */
  tickSize: z.number().positive(),
  synthetic: z.boolean(),
  /** incomparable: one feed has nothing that could be compared. */
  verdict: z.enum(['agree', 'doubtful', 'incomparable']),
  options: reconcileOptions,
  thresholds,
  first: feed,
  second: feed,
  clocks,
  /** Matched contracts of both feeds over contracts of both; null without trades. */
  volumeMatchedShare: share.nullable(),
  /** Trades of both feeds that the other has whole. */
  tradesMatched: rate,
  /** Of matched trades with an aggressor in both feeds, those where it is the same. */
  sameAggressor: rate,
  latency,
  /** Null where a feed has no depth. */
  books: books.nullable(),
  minutes: z.array(minute),
  findings: z.array(finding),
  doubtful: z.array(doubtfulSpan),
});
export type ReconcileReport = Readonly<z.infer<typeof reconcileReport>>;
