import { createEventBatch, type EventBatch, EventKind, Side } from '../../shared/market/events/event-batch.js';

/** One event as an object: slow and obvious, for tests. `tsNs` counts from the epoch. */
export interface TestEvent {
  readonly kind: keyof typeof EventKind;
  readonly tsNs: bigint;
  readonly operation?: number;
  readonly side?: number;
  readonly position?: number;
  readonly priceTicks?: number;
  readonly size?: number;
  readonly last?: boolean;
}

/** Events -> batches of `batchEvents`, whose times count from `baseNs` (default: the first event's day). */
export function batchesOf(events: readonly TestEvent[], batchEvents = 4096, baseNs?: bigint): EventBatch[] {
  const batches: EventBatch[] = [];
  for (let start = 0; start < events.length; start += batchEvents) {
    const part = events.slice(start, start + batchEvents);
    const base = baseNs ?? events[0]!.tsNs - (events[0]!.tsNs % 86_400_000_000_000n);
    const batch = createEventBatch('TEST', 0.25, base, part.length);
    for (const [i, event] of part.entries()) {
      batch.tsRecvNs[i] = Number(event.tsNs - base);
      batch.tsEventNs[i] = Number.NaN;
      batch.seq[i] = start + i;
      batch.kind[i] = EventKind[event.kind];
      batch.operation[i] = event.operation ?? 0;
      batch.side[i] = event.side ?? Side.none;
      batch.position[i] = event.position ?? 0;
      batch.priceTicks[i] = event.priceTicks ?? 0;
      batch.size[i] = event.size ?? 0;
      batch.last[i] = (event.last ?? true) ? 1 : 0;
    }
    batch.length = part.length;
    batches.push(batch);
  }
  return batches;
}

/** The rows of a batch as objects. */
export function eventsOf(batch: EventBatch): TestEvent[] {
  const names = Object.keys(EventKind) as (keyof typeof EventKind)[];
  return Array.from({ length: batch.length }, (_, i) => ({
    kind: names[batch.kind[i]!]!,
    tsNs: batch.baseNs + BigInt(batch.tsRecvNs[i]!),
    operation: batch.operation[i]!,
    side: batch.side[i]!,
    position: batch.position[i]!,
    priceTicks: batch.priceTicks[i]!,
    size: batch.size[i]!,
    last: batch.last[i] === 1,
  }));
}
