import type { EventBatch } from '../../shared/market/events/event-batch.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';

export interface LoadedTape {
  readonly batches: readonly EventBatch[];
  readonly events: number;
  readonly tickSize: number;
}

/**
 * A depth file in memory, as batches that stay.
 * @param speed time runs so many times as fast: the events come closer together
 */
export async function loadTape(path: string, speed = 1): Promise<LoadedTape> {
  const file = await openDepthFile(path);
  const batches: EventBatch[] = [];
  for await (const batch of file.batches()) batches.push(copyOf(batch, speed));
  return {
    batches,
    events: batches.reduce((sum, { length }) => sum + length, 0),
    tickSize: file.header.tickSize,
  };
}

function copyOf(batch: EventBatch, speed: number): EventBatch {
  const columns = Object.entries(batch).map(([name, value]) => [
    name,
    ArrayBuffer.isView(value) ? (value as Float64Array).slice(0, batch.length) : value,
  ]);
  const copy = Object.fromEntries(columns) as EventBatch;
  for (let i = 0; i < copy.length; i++) copy.tsRecvNs[i] = Math.floor(copy.tsRecvNs[i]! / speed);
  return copy;
}
