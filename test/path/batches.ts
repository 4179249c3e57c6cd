import type { BatchPredicate, DataBatch } from '../../shared/contract/batch.js';
import { batchFileName } from '../../shared/contract/batch-stream.js';
import { iso, NOW_MS, sha256 } from '../release/release-fixture.js';

export const BROKER = 'broker';

/** A good batch of swaps, the second of its stream; `changes` make it another. */
export function dataBatch(changes: Partial<DataBatch> = {}): DataBatch {
  const place = { stream: 'swaps', epoch: 1, seq: 2, ...changes };
  return {
    kind: 'data',
    broker: BROKER,
    stream: place.stream,
    epoch: place.epoch,
    seq: place.seq,
    prev: place.seq === 1 ? null : sha256('payload before'),
    sealed: iso(NOW_MS),
    tradeDate: '2025-06-02',
    files: [
      {
        name: 'swaps.jsonl',
        from: 0,
        to: 100,
        rows: 3,
        first: { seq: 1, time: '2025-06-02T13:30:00Z' },
        last: { seq: 3, time: '2025-06-02T13:40:00.123456789Z' },
        plain: { size: 100, sha256: sha256('plain') },
        packed: { name: batchFileName(place, 1), size: 60, sha256: sha256('packed') },
      },
    ],
    ...changes,
  };
}

export function heartbeat(seq: number, prev: string): BatchPredicate {
  return { kind: 'heartbeat', broker: BROKER, stream: 'swaps', epoch: 1, seq, prev, sealed: iso(NOW_MS) };
}
