import type { BatchPlace } from '../../shared/contract/batch-stream.js';
import type { CapturedDay } from '../../shared/contract/capture-file.js';
import type { ReconciledDay } from '../../shared/orchestration/path/reconciled.js';

export interface Received {
  /** Streams of which a batch that was asked for is not there yet. */
  readonly missing: readonly { readonly stream: string; readonly seq: number; readonly taken: number }[];
}

export interface IngestedDay {
  readonly events: number;
  readonly batches: number;
}

/** What research does for the way back, beside the receiver, which takes no orders from anybody. */
export interface ResearchPathActivities {
  /** Waits (heartbeating) until the receiver has taken the batches, for so long at most. @throws BatchSetAside */
  awaitReceived(ask: { readonly streams: readonly BatchPlace[]; readonly waitSeconds: number }): Promise<Received>;
  /** Trade dates that were received whole and are not in the store, oldest first: a run of theirs has failed. */
  ingestBacklog(ask: { readonly instrument?: string | undefined }): Promise<{ days: readonly CapturedDay[] }>;
  /** Brings a received day into the store; again changes nothing. */
  ingestDay(ask: CapturedDay): Promise<IngestedDay>;
  /** Compares the bridge's capture of a day with that of `source`; what they do not agree on is marked doubtful in the store. */
  reconcileDay(ask: CapturedDay): Promise<ReconciledDay>;
}
