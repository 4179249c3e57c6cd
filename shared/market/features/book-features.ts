import type { Book } from '../book/book.js';
import { Side } from '../events/event-batch.js';
import type { FeatureDefinition } from './feature-definition.js';
import { Flow, WINDOW_SECONDS, type WindowSeconds, windowIndex } from './time-windows.js';

const DEPTH_FRESH = { of: 'depth', maxAgeMs: 30_000 } as const;
const LEVELS_NEEDED = 5;

const CKS = 'Cont, Kukanov, Stoikov: The Price Impact of Order Book Events (2014)';
const CKS_IMBALANCE = 'Gould, Bonart: Queue Imbalance as a One-Tick-Ahead Price Predictor (2016)';
const CAO = 'Cao, Hansch, Wang: The Information Content of an Open Limit-Order Book (2009)';
const SLOPE = 'Naes, Skjeltorp: Order Book Characteristics and the Volume-Volatility Relation (2006)';
const MICRO = 'Gatheral, Oomen: Zero-Intelligence Realized Variance Estimation (2010), the weighted mid';
const REALISED = 'Andersen, Bollerslev, Diebold, Labys: Modeling and Forecasting Realized Volatility (2003)';

/** Features of the book and of what happens to it. q: contracts; b, a: bid and ask; level 1 is the best. */
export const BOOK_FEATURES: readonly FeatureDefinition[] = [
  {
    ...book('spread', 'a_1 - b_1', 'definition', 'ticks', 1),
    value: (state) => state.askTicks - state.bidTicks,
  },
  {
    ...book('microprice_minus_mid', '(a_1 qb_1 + b_1 qa_1) / (qb_1 + qa_1) - (a_1 + b_1) / 2', MICRO, 'ticks', 1),
    value: ({ askTicks, bidTicks, bidSize, askSize }) => ((askTicks - bidTicks) / 2) * imbalance(bidSize, askSize),
  },
  ...[1, 2, 3, 4, 5].map((level) => ({
    ...book(
      `imbalance_${level}`,
      `(qb_${level} - qa_${level}) / (qb_${level} + qa_${level})`,
      level === 1 ? CKS_IMBALANCE : CAO,
      'ratio, -1 to 1',
      level,
    ),
    value: ({ book }: { book: Book }) => imbalance(book.size[book.levels + level - 1]!, book.size[level - 1]!),
  })),
  ...[5, 10].map((levels) => ({
    ...book(
      `imbalance_top${levels}`,
      `(B - A) / (B + A), B = sum of qb_k, A = sum of qa_k for k = 1..${levels}; a missing level counts 0`,
      CAO,
      'ratio, -1 to 1',
      LEVELS_NEEDED,
    ),
    value: ({ book }: { book: Book }) => imbalance(depthOf(book, Side.bid, levels), depthOf(book, Side.ask, levels)),
  })),
  { ...book('queue_bid', 'qb_1', CKS_IMBALANCE, 'contracts', 1), value: (state) => state.bidSize },
  { ...book('queue_ask', 'qa_1', CKS_IMBALANCE, 'contracts', 1), value: (state) => state.askSize },
  {
    ...book('depth_bid', 'sum of qb_k, k = 1..10', CAO, 'contracts', LEVELS_NEEDED),
    value: ({ book }) => depthOf(book, Side.bid, 10),
  },
  {
    ...book('depth_ask', 'sum of qa_k, k = 1..10', CAO, 'contracts', LEVELS_NEEDED),
    value: ({ book }) => depthOf(book, Side.ask, 10),
  },
  {
    ...book('slope_bid', `${slopeFormula('qb')}`, SLOPE, 'share of the depth a level', LEVELS_NEEDED),
    value: ({ book }) => slopeOf(book, Side.bid),
  },
  {
    ...book('slope_ask', `${slopeFormula('qa')}`, SLOPE, 'share of the depth a level', LEVELS_NEEDED),
    value: ({ book }) => slopeOf(book, Side.ask),
  },
  ...WINDOW_SECONDS.flatMap((seconds) => windowed(seconds)),
  {
    name: 'seconds_since_mid_change',
    family: 'book',
    formula: 't - time of the last change of the mid (or of the first settled book)',
    source: 'duration as information: Engle, Russell: Autoregressive Conditional Duration (1998)',
    unit: 's',
    warmUp: { bookLevels: 1 },
    staleness: DEPTH_FRESH,
    value: (state) => (state.nowNs - state.lastMidChangeNs) / 1e9,
  },
];

function windowed(seconds: WindowSeconds): FeatureDefinition[] {
  const window = windowIndex(seconds);
  const frame = {
    family: 'book',
    warmUp: { bookLevels: 1, windowMs: seconds * 1000 },
    staleness: DEPTH_FRESH,
  } as const;
  return [
    {
      ...frame,
      name: `ofi_${seconds}s`,
      formula: `sum over ${seconds} s of e_n = [b' >= b] qb' - [b' <= b] qb - [a' <= a] qa' + [a' >= a] qa, best prices and queues before and after (') each exchange event`,
      source: CKS,
      unit: 'contracts',
      value: ({ windows }) => windows.sum(Flow.ofi, window),
    },
    {
      ...frame,
      name: `mid_change_${seconds}s`,
      formula: `mid - mid before the window of ${seconds} s`,
      source: 'definition',
      unit: 'ticks',
      value: ({ windows, midHalfTicks }) => (midHalfTicks - windows.midBefore(window)) / 2,
    },
    {
      ...frame,
      name: `realised_vol_${seconds}s`,
      formula: `square root of the sum of squared changes of the mid in ${seconds} s`,
      source: REALISED,
      unit: 'ticks',
      value: ({ windows }) => Math.sqrt(windows.sum(Flow.midSquares, window)) / 2,
    },
    {
      ...frame,
      name: `mid_changes_${seconds}s`,
      formula: `number of changes of the mid in ${seconds} s`,
      source: 'definition',
      unit: 'count',
      value: ({ windows }) => windows.sum(Flow.midChanges, window),
    },
    {
      ...frame,
      name: `book_events_${seconds}s`,
      formula: `number of exchange events that changed the book in ${seconds} s`,
      source: 'activity: Engle, Russell (1998)',
      unit: 'count',
      value: ({ windows }) => windows.sum(Flow.bookEvents, window),
    },
  ];
}

/** What the features of one moment's book share. */
function book(name: string, formula: string, source: string, unit: string, bookLevels: number) {
  return { name, family: 'book', formula, source, unit, warmUp: { bookLevels }, staleness: DEPTH_FRESH } as const;
}

function imbalance(bid: number, ask: number): number {
  const total = bid + ask;
  return total === 0 ? 0 : (bid - ask) / total;
}

function depthOf(book: Book, side: Side, levels: number): number {
  const start = side * book.levels;
  const count = Math.min(levels, book.count[side]!);
  let total = 0;
  for (let level = 0; level < count; level++) total += book.size[start + level]!;
  return total;
}

const SLOPE_LEVELS = 10;
/** Sum of (k - 5.5)^2 over k = 1..10. */
const SLOPE_SPREAD = 82.5;

function slopeFormula(queue: string): string {
  return `least-squares slope of C_k on k = 1..10, divided by C_10; C_k = sum of ${queue}_1..${queue}_k; a missing level counts 0`;
}

function slopeOf(book: Book, side: Side): number {
  const start = side * book.levels;
  const count = book.count[side]!;
  let cumulated = 0;
  // Twice the covariance's sum, so that every term is a whole number.
  let twice = 0;
  for (let level = 0; level < SLOPE_LEVELS; level++) {
    if (level < count) cumulated += book.size[start + level]!;
    twice += (2 * level + 1 - SLOPE_LEVELS) * cumulated;
  }
  return cumulated === 0 ? 0 : twice / (2 * SLOPE_SPREAD * cumulated);
}
