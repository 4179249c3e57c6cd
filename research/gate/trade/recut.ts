import { copyEvents, createEventBatch, type EventBatch } from '../../../shared/market/events/event-batch.js';
import { seededRandom } from '../../../shared/random.js';
import type { EventStream } from '../../replay/event-stream.js';

/** Events of the longest piece. */
const PIECE_MAX = 64;

/**
 * The same events in short pieces of random length, each in memory that holds nothing of the next: code that looks ahead
 * in a batch finds nothing there.
 */
export function recut(stream: EventStream, seed: number): EventStream {
  return {
    ...stream,
    batches: async function* () {
      const random = seededRandom(seed);
      for await (const batch of stream.batches())
        for (let first = 0; first < batch.length; ) {
          const length = Math.min(batch.length - first, 1 + Math.floor(random() * PIECE_MAX));
          yield piece(batch, first, length);
          first += length;
        }
    },
  };
}

function piece(batch: EventBatch, first: number, length: number): EventBatch {
  const { instrument, tickSize, baseNs } = batch;
  const copy = createEventBatch(instrument, tickSize, baseNs, length);
  copyEvents(batch, first, length, copy);
  return copy;
}
