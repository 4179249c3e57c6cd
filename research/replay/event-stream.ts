import { BadInput } from '../../shared/failure.js';
import type { DepthHeader } from '../../shared/market/events/depth-header.js';
import { type EventBatch, EventKind } from '../../shared/market/events/event-batch.js';
import { type DepthReadOptions, openDepthFile } from '../../shared/node/files/depth-jsonl.js';

/** One recorded stream of one instrument, and what has to be known of it before it is merged with others. */
export interface EventStream {
  /** Where it comes from, for messages. */
  readonly name: string;
  readonly header: DepthHeader;
  /** Receive time and sequence number of its first event. */
  readonly firstNs: bigint;
  readonly firstSeq: number;
  /** It carries depth: of two such streams only one may speak at a time. */
  readonly hasDepth: boolean;
  /** From the first event on; a batch is valid until the next one is asked for. @throws BadInput */
  batches(): AsyncGenerator<EventBatch>;
}

/** Looks at the beginning of a depth file; holds nothing open. @throws BadInput naming file and line */
export async function openEventStream(path: string, options: DepthReadOptions = {}): Promise<EventStream> {
  const file = await openDepthFile(path, options);
  const first = await firstOf(path, file.batches());
  return { name: path, header: file.header, ...first, batches: () => file.batches() };
}

/** What the first batch tells of a stream. The batches are ended. */
export async function firstOf(
  name: string,
  batches: AsyncGenerator<EventBatch>,
): Promise<Pick<EventStream, 'firstNs' | 'firstSeq' | 'hasDepth'>> {
  for await (const batch of batches)
    return {
      firstNs: batch.baseNs + BigInt(batch.tsRecvNs[0]!),
      firstSeq: batch.seq[0]!,
      hasDepth: batch.kind.subarray(0, batch.length).includes(EventKind.depth),
    };
  throw new BadInput(name, undefined, 'holds no events', 'leave it out');
}
