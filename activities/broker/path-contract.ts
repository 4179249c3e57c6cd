import type { BatchPlace } from '../../shared/contract/batch-stream.js';
import type { CapturedDay } from '../../shared/contract/capture-file.js';
import type { CaptureSource } from '../../shared/contract/capture-source.js';
import type { FailureType } from '../../shared/failure-types.js';

export interface SealedDay extends BatchPlace {
  /** Of the trade date. */
  readonly batches: number;
  readonly rows: number;
}

export interface Captured {
  readonly segments: number;
  /** Who else has captured this contract, or should have. Absent in histories from before there was a second capture. */
  readonly others?: readonly CaptureSource[];
  /** Segments that are still written although the wait was over. */
  readonly open?: number;
}

export interface JournalDay {
  readonly broker: string;
  readonly tradeDate: string;
}

export interface SealedJournals {
  /** Streams that have anything, and how far each is sealed. */
  readonly streams: readonly BatchPlace[];
  /** Of this round. */
  readonly batches: number;
  readonly rows: number;
  /** Streams that could not go on, in words; the others did. */
  readonly failed: readonly { readonly stream: string; readonly type: FailureType; readonly message: string }[];
  /** The market is past the trade date: what is sealed of it now is all. */
  readonly isOver: boolean;
  /** When to look again. */
  readonly nextInSeconds: number;
}

/** What the broker does for the way back. Each step may be repeated: what was done is found done. */
export interface BrokerPathActivities {
  /** Trade dates that have ended and of which research has not acknowledged everything, oldest first. */
  captureBacklog(ask: { readonly instrument?: string | undefined }): Promise<{ days: readonly CapturedDay[] }>;
  /** The contract and trade date meant where none is named: the broker's own, and the newest that has ended. */
  captureDefaults(ask: {
    readonly instrument?: string | undefined;
    readonly tradeDate?: string | undefined;
  }): Promise<CapturedDay>;
  /**
   * Waits (heartbeating) until the market has left the trade date and its last segment is closed: for the bridge as long as
   * it takes, for a second capture only so long as the settings say.
   */
  awaitCaptured(ask: CapturedDay): Promise<Captured>;
  /** Seals all that was captured of the day, and its close; null where nothing was. @throws SealSourceChanged, SealStateLost */
  sealCapture(ask: CapturedDay): Promise<SealedDay | null>;
  journalDay(ask: { readonly tradeDate?: string | undefined }): Promise<JournalDay>;
  /** Seals what journals and logs have; with `close`, also what there is to say of days up to the trade date. */
  sealJournals(ask: { readonly tradeDate: string; readonly close: boolean }): Promise<SealedJournals>;
  /** Sends what research has not acknowledged. */
  pushBatches(ask: Record<string, never>): Promise<{ files: number; bytes: number }>;
  /**
   * Fetches receipts and computes them again. Where volume decides when the contract is rolled, what they are for is counted.
   * @throws ReceiptForked
   */
  takeReceipts(ask: { readonly streams: readonly BatchPlace[] }): Promise<{ acknowledged: readonly BatchPlace[] }>;
  /** Deletes what research has, by the rules of `upload.retentionDays`. */
  pruneBroker(ask: Record<string, never>): Promise<{ deleted: number }>;
}
