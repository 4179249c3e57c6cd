import { pullReceipts } from '../../broker/push/pull-receipts.js';
import { pushOutbox } from '../../broker/push/push-outbox.js';
import type { RsyncReach } from '../../broker/rsync/module-access.js';
import type { UploadConfig } from '../../shared/config/upload.js';
import type { BatchPlace } from '../../shared/contract/batch-stream.js';
import { oneAtATime } from '../../shared/one-at-a-time.js';
import type { StepContext } from '../../shared/orchestration/step-context.js';

/** What carries files between the tiers. */
export interface Transport {
  push(context: StepContext): Promise<{ files: number; bytes: number }>;
  /** @returns up to which batch each stream is acknowledged now */
  takeReceipts(streams: readonly BatchPlace[], context: StepContext): Promise<readonly BatchPlace[]>;
}

/** By rsync, one push at a time: two would send the same files twice. */
export function rsyncTransport(brokerFolder: string, rsync: RsyncReach, upload: UploadConfig): Transport {
  const inTurn = oneAtATime();
  return {
    push: async ({ signal, progress }) =>
      await inTurn(() =>
        pushOutbox({
          ...{ brokerFolder, rsync, resendSeconds: upload.resendSeconds, wallMs: Date.now, signal },
          onProgress: (done) => progress({ doing: 'sending batches', done }),
        }),
      ),
    takeReceipts: async (streams, { signal }) =>
      await pullReceipts({ brokerFolder, rsync, broker: upload.broker, streams, signal }),
  };
}
