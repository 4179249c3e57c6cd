import { type EventStream, firstOf } from '../../research/replay/event-stream.js';
import { type EventBatch, EventKind } from '../../shared/market/events/event-batch.js';
import { batchesOf, type TestEvent } from '../market/event.js';

/** Events as a stream of its own. @param seqFrom number of its first event */
export async function streamOf(
  name: string,
  events: readonly TestEvent[],
  { batchEvents = 64, seqFrom = 0 } = {},
): Promise<EventStream> {
  async function* batches(): AsyncGenerator<EventBatch> {
    for (const batch of batchesOf(events, batchEvents)) {
      for (let i = 0; i < batch.length; i++) batch.seq[i]! += seqFrom;
      yield batch;
    }
  }
  const header = { kind: 'header', v: 1, instrument: 'TEST', tickSize: 0.25, multiplier: 50, levels: 10 } as const;
  return { name, header, ...(await firstOf(name, batches())), batches };
}

/** One line an event: what a merge must keep. */
export function describeRow(batch: EventBatch, i: number): string {
  const kind = Object.keys(EventKind)[batch.kind[i]!];
  const ns = batch.baseNs + BigInt(batch.tsRecvNs[i]!);
  return [
    ns,
    batch.seq[i],
    kind,
    batch.operation[i],
    batch.side[i],
    batch.position[i],
    batch.priceTicks[i],
    batch.size[i],
    batch.last[i],
  ].join(' ');
}
