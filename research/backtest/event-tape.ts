import { copyEvents, createEventBatch, type EventBatch, EventKind } from '../../shared/market/events/event-batch.js';
import type { Latency } from './latency.js';

/** A batch on the tape, with the times at which each event was received and happened: ns after the tape's base. */
export interface TapeBatch {
  readonly batch: EventBatch;
  readonly recvNs: Float64Array;
  /** Never decreasing. */
  readonly exchNs: Float64Array;
  /** The columns are ours, and may be used again. */
  readonly isCopy: boolean;
}

/**
 * Events between the exchange, where they happen first, and us, who hear of them later: batches are kept until both
 * have seen them. Columns that a reader reuses are copied; those of dropped batches are used again.
 */
export class EventTape {
  readonly baseNs: bigint;
  private readonly kept: TapeBatch[] = [];
  private readonly free: TapeBatch[] = [];
  private lastExchNs = Number.NEGATIVE_INFINITY;

  /** @param feed ns from the exchange to us, for feeds that carry no exchange time; by the event's seq */
  constructor(
    firstNs: bigint,
    private readonly feed: Latency,
  ) {
    this.baseNs = firstNs - (firstNs % DAY_NS);
  }

  /** @param isStable the batch stays as it is: no copy is made */
  append(batch: EventBatch, isStable: boolean): void {
    const offsetNs = Number(batch.baseNs - this.baseNs);
    const held = isStable ? withTimes(batch, batch.length, false) : this.copyOf(batch);
    const { recvNs: received, exchNs } = held;
    for (let i = 0; i < batch.length; i++) {
      const recvNs = batch.tsRecvNs[i]! + offsetNs;
      const eventNs = batch.tsEventNs[i]! + offsetNs;
      // A clock that runs ahead does not make an event happen after it was heard of.
      const happenedNs = eventNs <= recvNs ? eventNs : recvNs - this.feed(batch.seq[i]!);
      if (happenedNs > this.lastExchNs) this.lastExchNs = happenedNs;
      received[i] = recvNs;
      exchNs[i] = this.lastExchNs;
    }
    this.kept.push(held);
  }

  /** The book begins anew with the batch that follows: also at the exchange. One more event is on the tape. */
  appendReset({ instrument, tickSize, baseNs, tsRecvNs }: EventBatch): void {
    const reset = createEventBatch(instrument, tickSize, baseNs, 1);
    reset.length = 1;
    reset.kind[0] = EventKind.reset;
    reset.tsRecvNs[0] = tsRecvNs[0]!;
    reset.tsEventNs[0] = Number.NaN;
    this.append(reset, true);
  }

  /** The batch with this number, counted from the first that is kept. */
  at(index: number): TapeBatch | undefined {
    return this.kept[index];
  }

  /** Both sides have seen the first batch. */
  dropFirst(): void {
    const first = this.kept.shift();
    if (first?.isCopy) this.free.push(first);
  }

  private copyOf(batch: EventBatch): TapeBatch {
    const { instrument, tickSize, baseNs, length } = batch;
    const fits = (one: TapeBatch) => one.batch.baseNs === baseNs && one.batch.size.length >= length;
    const [free] = this.free.splice(this.free.findIndex(fits) >>> 0, 1);
    const capacity = batch.size.length;
    const copy = free ?? withTimes(createEventBatch(instrument, tickSize, baseNs, capacity), capacity, true);
    copyEvents(batch, 0, length, copy.batch);
    return copy;
  }
}

const DAY_NS = 86_400_000_000_000n;

function withTimes(batch: EventBatch, capacity: number, isCopy: boolean): TapeBatch {
  return { batch, recvNs: new Float64Array(capacity), exchNs: new Float64Array(capacity), isCopy };
}
