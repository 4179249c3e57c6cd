import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type BatchPlace, receiptFile } from '../../shared/contract/batch-stream.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import { NOTE_BYTES_MAX } from '../../shared/trust/tlog/signed-note.js';
import { readAcknowledged, takeReceipt } from '../prune/acknowledge.js';
import { rsyncPull } from '../pull/rsync-pull.js';
import { moduleAccess, type RsyncReach } from '../rsync/module-access.js';
import { sealPlaces } from '../seal/seal-places.js';

/**
 * Fetches research's receipts of some streams and computes each again from the batches that were sealed here.
 * @returns up to which batch each is acknowledged now; 0 where there is no receipt yet
 * @throws PullFailed, EndlessData, BadNote, ReceiptForked, SealStateLost; the signal's reason when aborted
 */
export async function pullReceipts(ask: {
  readonly brokerFolder: string;
  readonly broker: string;
  readonly rsync: RsyncReach;
  readonly streams: readonly Pick<BatchPlace, 'stream' | 'epoch'>[];
  readonly signal?: AbortSignal;
}): Promise<BatchPlace[]> {
  const { brokerFolder, broker, rsync, streams, signal } = ask;
  const into = sealPlaces(brokerFolder).receipts;
  mkdirSync(into, { recursive: true });
  await rsyncPull({
    ...moduleAccess(rsync, brokerFolder, 'receipts'),
    ...{ into, bytesMax: streams.length * NOTE_BYTES_MAX, ...(signal ? { signal } : {}) },
    optionalFiles: streams.map(receiptFile),
  });
  const root = readTrustedRoot(path.join(brokerFolder, 'trust'));
  return streams.map((stream) => {
    const file = path.join(into, receiptFile(stream));
    const { epoch } = stream;
    if (!existsSync(file)) {
      const { head } = readAcknowledged(sealPlaces(brokerFolder), broker, stream);
      return { stream: stream.stream, epoch, seq: head.seq };
    }
    const seq = takeReceipt({ brokerFolder, broker, root, stream, receipt: readFileSync(file) });
    return { stream: stream.stream, epoch, seq };
  });
}
