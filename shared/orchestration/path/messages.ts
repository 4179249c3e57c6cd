import { z } from 'zod';
import { captureStream } from '../../contract/batch-stream.js';
import type { CaptureSource } from '../../contract/capture-source.js';
import type { CaptureState } from './capture-state.js';
import type { ReconciledDay } from './reconciled.js';

const requestedBy = z.string().min(1).max(200).default('unnamed');
/** A contract that a stream of captured segments can be named after. */
export const instrumentName = z.string().refine((name) => isCaptured(name), 'must be a contract such as ESZ5');

/** The one argument of `captureDay`: `{}` is the newest trade date that has ended, of the broker's contract. */
export const captureInput = z.strictObject({
  instrument: instrumentName.optional(),
  tradeDate: z.iso.date().optional(),
  /** Who asked, for the record. */
  requestedBy,
});
export type CaptureInput = z.input<typeof captureInput>;

export interface CaptureResult {
  readonly outcome: Extract<CaptureState, 'Done' | 'Empty'>;
  readonly instrument: string;
  readonly tradeDate: string;
  readonly batches: number;
  /** Lines of the captured segments: events, and a header each. */
  readonly rows: number;
  readonly events: number;
  /** From the end of sealing to the verified batches on research. */
  readonly lagSeconds: number | null;
  /** Files that the broker deleted afterwards. */
  readonly pruned: number;
  /** Captures beside the bridge's; absent in results from before there were any. */
  readonly seconds?: readonly SecondCaptureResult[];
}

/** A capture that came home beside the bridge's, and what a comparison of both found; null where there was none. */
export interface SecondCaptureResult {
  readonly source: CaptureSource;
  readonly events: number;
  readonly verdict: ReconciledDay['verdict'] | null;
  readonly volumeMatchedPercent: number | null;
}

/** The one argument of `captureDays`: every trade date that has ended and is not on research yet, oldest first. */
export const captureDaysInput = z.strictObject({ instrument: instrumentName.optional(), requestedBy });
export type CaptureDaysInput = z.input<typeof captureDaysInput>;

export interface CaptureDaysResult {
  readonly days: readonly { readonly workflowId: string; readonly outcome: string }[];
}

/** The one argument of `uploadJournals`: the trade date that the broker's market is at. */
export const journalsInput = z.strictObject({ requestedBy });
export type JournalsInput = z.input<typeof journalsInput>;

export interface JournalsResult {
  readonly workflowId: string;
  readonly outcome: string;
}

/** The one argument of `uploadJournal`: `{}` is the trade date that the broker's market is at. */
export const journalInput = z.strictObject({
  tradeDate: z.iso.date().optional(),
  requestedBy,
  /** What a run that grew too long hands to the next. */
  carried: z
    .strictObject({
      broker: z.string(),
      tradeDate: z.iso.date(),
      rounds: z.number().int().nonnegative(),
      batches: z.number().int().nonnegative(),
      rows: z.number().int().nonnegative(),
    })
    .optional(),
});
export type JournalInput = z.input<typeof journalInput>;

export interface JournalResult {
  readonly outcome: 'Done';
  readonly broker: string;
  readonly tradeDate: string;
  readonly rounds: number;
  readonly batches: number;
  readonly rows: number;
}

function isCaptured(instrument: string): boolean {
  try {
    return captureStream(instrument) !== '';
  } catch {
    return false;
  }
}
