import path from 'node:path';
import { type BatchPlace, receiptFile, streamFolder } from '../../shared/contract/batch-stream.js';

type OfStream = Pick<BatchPlace, 'stream' | 'epoch'>;

/** Where a receiver keeps what it takes: the folder `receiver/` of a home. All on one file system with the landing folder. */
export function receivePlaces(folder: string) {
  const at = (...parts: readonly string[]) => path.join(folder, ...parts);
  return {
    landing: at('landing'),
    work: at('work'),
    quarantine: at('quarantine'),
    decisions: at('quarantine', 'decisions.jsonl'),
    receipts: at('receipts'),
    /** Verified batches of a stream: data as they travelled, and envelopes. */
    batches: (stream: OfStream) => at('batches', streamFolder(stream)),
    log: (stream: OfStream) => at('logs', streamFolder(stream)),
    heads: at('heads'),
    head: (stream: OfStream) => at('heads', `${streamFolder(stream)}.json`),
    receipt: (stream: OfStream) => at('receipts', receiptFile(stream)),
    lock: at('receive.lock'),
    /** For those who may not look into the other folders. */
    status: at('status.json'),
    alarms: at('alarms.jsonl'),
  } as const;
}
export type ReceivePlaces = ReturnType<typeof receivePlaces>;
