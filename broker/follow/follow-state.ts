import { z } from 'zod';
import { filePlace } from './growing-file.js';
import { RECENT_TRADES } from './recent-trades.js';

const whole = z.number().int().nonnegative();
/** Microseconds since the Unix epoch. */
const microseconds = z.number().int();

export const tradeFileState = z.strictObject({
  ...filePlace.shape,
  /** Newest time that was taken, and how many records had it. */
  lastUs: microseconds,
  recordsAtLast: whole,
  /** It was written anew, and did not reach to what was followed before. */
  isBehind: z.boolean(),
  /** What was taken last, as [price, contracts, aggressor], oldest first: it is found again by this in a file that was written anew. */
  recent: z.array(z.tuple([z.number(), whole, whole]).readonly()).max(RECENT_TRADES),
});
export type TradeFileState = Readonly<z.infer<typeof tradeFileState>>;

export const depthFilesState = z.strictObject({
  ...filePlace.shape,
  /** UTC date in the file's name. */
  date: z.iso.date(),
  lastUs: microseconds,
  /** Where the book can be built from: the newest snapshot, or the beginning of the file. */
  snapshotOffset: whole,
  /** The file was written anew: up to this time it was followed before. */
  throughUs: microseconds.nullable(),
});
export type DepthFilesState = Readonly<z.infer<typeof depthFilesState>>;

const level = z.tuple([z.number(), z.number()]);

export const outState = z.strictObject({
  /** Of the last line. */
  seq: whole,
  lastUs: microseconds,
  tradeDate: z.string(),
  /** Of the segment of that date that is written, or was written last. */
  number: whole,
  /** Of that segment, while it is written: all behind them is written again. */
  bytes: whole,
  isOpen: z.boolean(),
  /** What readers of the segments know of the book, in ticks; null while it is void. */
  shown: z.array(z.array(level)).length(2),
});
export type OutState = Readonly<z.infer<typeof outState>>;

/** How far the files of a symbol were followed: what it says and what is in the segments belong together. */
export const followState = z.strictObject({
  v: z.literal(1),
  symbol: z.string(),
  instrument: z.string(),
  out: outState,
  /** What the next line must say first: records that were none, and why the book is void. */
  faults: z.strictObject({ count: whole, first: z.string() }).nullable(),
  opening: z.string().nullable(),
  trades: tradeFileState.nullable(),
  depth: depthFilesState.nullable(),
});
export type FollowState = Readonly<z.infer<typeof followState>>;
