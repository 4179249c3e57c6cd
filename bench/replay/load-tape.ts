import { openDepthFile } from '../../shared/events/depth-jsonl.js';
import type { EventBatch } from '../../shared/events/event-batch.js';

export interface LoadedTape {
  readonly batches: readonly EventBatch[];
  readonly events: number;
  readonly tickSize: number;
}

/** A depth file in memory, as batches that stay. */
export async function loadTape(path: string): Promise<LoadedTape> {
  const file = await openDepthFile(path);
  const batches: EventBatch[] = [];
  for await (const batch of file.batches()) batches.push(copyOf(batch));
  return {
    batches,
    events: batches.reduce((sum, { length }) => sum + length, 0),
    tickSize: file.header.tickSize,
  };
}

function copyOf(batch: EventBatch): EventBatch {
  const columns = Object.entries(batch).map(([name, value]) => [
    name,
    ArrayBuffer.isView(value) ? (value as Float64Array).slice(0, batch.length) : value,
  ]);
  return Object.fromEntries(columns) as EventBatch;
}
