import path from 'node:path';
import { streamFolder } from '../../shared/contract/batch-stream.js';
import { CAPTURE_SOURCES, type CaptureSource } from '../../shared/contract/capture-source.js';

/** Where sealing reads and writes in the folder `broker/` of a home. */
export function sealPlaces(brokerFolder: string) {
  const at = (...parts: readonly string[]) => path.join(brokerFolder, ...parts);
  return {
    /** Where a source writes its segments. */
    captureOf: (source: CaptureSource) => at(CAPTURE_SOURCES[source].folder),
    /** What the bridge writes. */
    journal: at('journal'),
    swaps: at('swaps.jsonl'),
    alarms: at('alarms.jsonl'),
    statusNow: at('status.json'),
    /** What is sent: data and envelopes, none of which ever changes. */
    outbox: at('outbox'),
    /** A batch that is being made; one committed envelope of a stream at most. */
    work: at('seal', 'work'),
    /** One line of status.json a minute. */
    status: at('seal', 'status'),
    lock: at('seal', 'seal.lock'),
    head: (stream: string, epoch: number) => at('seal', 'heads', stateFile(stream, epoch)),
    heads: at('seal', 'heads'),
    /** When each file of the outbox was sent. */
    sent: at('seal', 'sent.json'),
    /** Research's receipts as they were fetched last. */
    receipts: at('seal', 'receipts'),
    acknowledged: (stream: string, epoch: number) => at('seal', 'acknowledged', stateFile(stream, epoch)),
  } as const;
}
export type SealPlaces = ReturnType<typeof sealPlaces>;

function stateFile(stream: string, epoch: number): string {
  return `${streamFolder({ stream, epoch })}.json`;
}
