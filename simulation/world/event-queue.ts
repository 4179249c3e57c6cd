import type { Owner } from './owner.js';

/** Something that happens at one virtual moment, on behalf of a process. */
export interface VirtualEvent {
  readonly atMs: number;
  /** Of two events at one moment the one that was scheduled first happens first. */
  readonly order: number;
  readonly owner: Owner;
  readonly what: string;
  readonly run: () => void;
  isCancelled: boolean;
}

/** Events by time: a binary heap. Cancelled ones stay until they come up. */
export class EventQueue {
  private readonly heap: VirtualEvent[] = [];

  push(event: VirtualEvent): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  /** The next event that still has an owner; undefined where nothing is left. */
  pop(): VirtualEvent | undefined {
    for (let event = this.popAny(); event; event = this.popAny())
      if (!event.isCancelled && event.owner.isAlive) return event;
    return undefined;
  }

  private popAny(): VirtualEvent | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: VirtualEvent, b: VirtualEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
