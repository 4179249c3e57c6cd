import type { BatchPlace } from '../../shared/contract/batch-stream.js';
import { brokerPath, researchPath } from '../steps/activities.js';
import type { PathLog } from './path-log.js';
import { sayingWhatWaits } from './saying-what-waits.js';

/** A batch that was sent and is not there after so long is sent again. */
const WAIT_SECONDS = 600;

/** Sends what is sealed, until the receiver has taken these batches. */
export async function carry(log: PathLog, streams: readonly BatchPlace[], sealedAtMs: number): Promise<void> {
  for (;;) {
    log.enter('Uploading');
    const { bytes } = await sayingWhatWaits(log, 'sending to research', () =>
      brokerPath.pushBatches.executeWithOptions({ summary: 'send to research' }, [{}]),
    );
    log.bytesSent += bytes;
    log.enter('Receiving');
    const { missing } = await sayingWhatWaits(log, 'research taking the batches', () =>
      researchPath.awaitReceived.executeWithOptions({ summary: awaited(streams) }, [
        { streams, waitSeconds: WAIT_SECONDS },
      ]),
    );
    log.received(missing);
    if (missing.length === 0) {
      log.lag((Date.now() - sealedAtMs) / 1000);
      return;
    }
    const [first] = missing;
    log.remark(
      `${first!.stream}: ${first!.seq - first!.taken} batches were not received in ${WAIT_SECONDS / 60} minutes: they are sent again.`,
    );
  }
}

function awaited(streams: readonly BatchPlace[]): string {
  return `research takes ${streams.map(({ stream, seq }) => `${stream} to ${seq}`).join(', ')}`.slice(0, SUMMARY_MAX);
}

/** A server takes 400 bytes by default. */
const SUMMARY_MAX = 200;
