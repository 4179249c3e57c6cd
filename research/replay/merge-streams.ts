import { BadInput } from '../../shared/failure.js';
import { createEventBatch, type EventBatch } from '../../shared/market/events/event-batch.js';
import type { EventStream } from './event-stream.js';

export interface MergedBatch {
  /** Valid until the next one is asked for. */
  readonly batch: EventBatch;
  /** Another book stream begins with its first event: what was known of the book before is void. */
  readonly begins: boolean;
}

const BATCH_EVENTS = 16_384;

/**
 * Events of several streams of one instrument in one order: by receive time, then sequence number, then the place of
 * the stream in the list. The order depends on nothing else. Where only one stream speaks its batches are handed on as
 * they are; where several do, rows are copied into columns that are reused. A stream is opened when its time has come.
 *
 * A stream with depth that follows another continues it where its numbering goes on (segments of one capture), and
 * begins anew otherwise (files of different days).
 * @throws BadInput where instruments differ, or two streams carry depth at the same time
 */
export async function* mergeStreams(streams: readonly EventStream[]): AsyncGenerator<MergedBatch> {
  const merge = new Merge(streams);
  try {
    for (let next = await merge.next(); next !== null; next = await merge.next()) yield next;
  } finally {
    await merge.close();
  }
}

class Merge {
  /** Not begun, the first to begin at the end. */
  private readonly waiting: Cursor[];
  private readonly active: Cursor[] = [];
  private readonly merged: EventBatch;
  private readonly baseNs: bigint;
  private bookCursor: Cursor | null = null;

  constructor(streams: readonly EventStream[]) {
    const [first] = streams;
    if (!first) throw new BadInput('the replay', undefined, 'has no streams', 'name at least one file');
    for (const { name, header } of streams)
      if (header.instrument !== first.header.instrument || header.tickSize !== first.header.tickSize)
        throw new BadInput(
          name,
          'header',
          `is about ${header.instrument} (tick ${header.tickSize}), ${first.name} about ${first.header.instrument} (tick ${first.header.tickSize})`,
          'replay one instrument at a time',
        );
    const earliestNs = streams.reduce((least, { firstNs }) => (firstNs < least ? firstNs : least), first.firstNs);
    this.baseNs = earliestNs - (earliestNs % DAY_NS);
    this.waiting = streams.map((stream, index) => new Cursor(stream, index, this.baseNs)).sort((a, b) => order(b, a));
    this.merged = createEventBatch(first.header.instrument, first.header.tickSize, this.baseNs, BATCH_EVENTS);
  }

  async next(): Promise<MergedBatch | null> {
    const { merged } = this;
    merged.length = 0;
    let begins = false;
    for (;;) {
      const cursor = await this.earliest();
      if (cursor === null) return merged.length > 0 ? { batch: merged, begins } : null;
      if (cursor.stream.hasDepth && cursor !== this.bookCursor) {
        const isNew = this.beginsAnew(cursor);
        if (isNew && merged.length > 0) return { batch: merged, begins };
        this.takeOver(cursor);
        begins ||= isNew;
      }
      const untilNs = this.nextOther(cursor);
      if (merged.length === 0 && cursor.speaksAloneUntil(untilNs)) return { batch: cursor.takeBatch(), begins };
      cursor.copyRun(merged, untilNs);
      if (merged.length === BATCH_EVENTS) return { batch: merged, begins };
    }
  }

  async close(): Promise<void> {
    for (const cursor of this.active) await cursor.close();
  }

  /** The stream with the next event, ready to be read; null at the end of all. */
  private async earliest(): Promise<Cursor | null> {
    for (let k = this.active.length - 1; k >= 0; k--)
      if (!(await this.active[k]!.ready())) await this.active.splice(k, 1)[0]!.close();
    for (;;) {
      const first = this.active.reduce<Cursor | null>((a, b) => (a === null || order(b, a) < 0 ? b : a), null);
      const waiting = this.waiting.at(-1);
      if (!waiting || (first !== null && order(first, waiting) < 0)) return first;
      this.waiting.pop();
      this.active.push(waiting);
      await waiting.ready();
    }
  }

  /** Time at which another stream may have something to say. */
  private nextOther(cursor: Cursor): number {
    let leastNs = this.waiting.at(-1)?.nowNs ?? Number.POSITIVE_INFINITY;
    for (const other of this.active) if (other !== cursor && other.nowNs < leastNs) leastNs = other.nowNs;
    return leastNs;
  }

  private beginsAnew(cursor: Cursor): boolean {
    return this.bookCursor !== null && cursor.stream.firstSeq <= this.bookCursor.lastSeq;
  }

  private takeOver(cursor: Cursor): void {
    const before = this.bookCursor;
    if (before && this.active.includes(before))
      throw new BadInput(
        cursor.stream.name,
        undefined,
        `carries depth while ${before.stream.name} is not at its end: two books of ${cursor.stream.header.instrument} at once`,
        'replay them one after the other, or only one of them',
      );
    this.bookCursor = cursor;
  }
}

const DAY_NS = 86_400_000_000_000n;

class Cursor {
  /** Time and number of the next event. */
  nowNs: number;
  nowSeq: number;
  lastSeq = -1;
  private readonly batches: AsyncGenerator<EventBatch>;
  private batch: EventBatch | null = null;
  private row = 0;
  private offsetNs = 0;

  constructor(
    readonly stream: EventStream,
    readonly index: number,
    private readonly baseNs: bigint,
  ) {
    this.nowNs = Number(stream.firstNs - baseNs);
    this.nowSeq = stream.firstSeq;
    this.batches = stream.batches();
  }

  /** Holds an event, unless the stream is at its end. */
  async ready(): Promise<boolean> {
    if (this.batch && this.row < this.batch.length) return true;
    const { value, done } = await this.batches.next();
    if (done) return false;
    this.batch = value;
    this.row = 0;
    this.offsetNs = Number(value.baseNs - this.baseNs);
    this.look();
    return true;
  }

  /** The rest of the batch is a whole batch, and lies before a time. */
  speaksAloneUntil(untilNs: number): boolean {
    const batch = this.batch!;
    return this.row === 0 && this.offsetNs + batch.tsRecvNs[batch.length - 1]! < untilNs;
  }

  takeBatch(): EventBatch {
    const batch = this.batch!;
    this.row = batch.length;
    this.lastSeq = batch.seq[batch.length - 1]!;
    return batch;
  }

  /** Copies one event, and those after it that lie before a time, as far as there is room. */
  copyRun(target: EventBatch, untilNs: number): void {
    const batch = this.batch!;
    const { offsetNs } = this;
    let row = this.row;
    do {
      const at = target.length++;
      target.tsRecvNs[at] = batch.tsRecvNs[row]! + offsetNs;
      target.tsEventNs[at] = batch.tsEventNs[row]! + offsetNs;
      target.seq[at] = batch.seq[row]!;
      target.kind[at] = batch.kind[row]!;
      target.operation[at] = batch.operation[row]!;
      target.side[at] = batch.side[row]!;
      target.position[at] = batch.position[row]!;
      target.priceTicks[at] = batch.priceTicks[row]!;
      target.size[at] = batch.size[row]!;
      target.last[at] = batch.last[row]!;
      row++;
    } while (row < batch.length && batch.tsRecvNs[row]! + offsetNs < untilNs && target.length < BATCH_EVENTS);
    this.lastSeq = batch.seq[row - 1]!;
    this.row = row;
    if (row < batch.length) this.look();
  }

  async close(): Promise<void> {
    await this.batches.return(undefined);
  }

  private look(): void {
    this.nowNs = this.batch!.tsRecvNs[this.row]! + this.offsetNs;
    this.nowSeq = this.batch!.seq[this.row]!;
  }
}

function order(a: Cursor, b: Cursor): number {
  return a.nowNs - b.nowNs || a.nowSeq - b.nowSeq || a.index - b.index;
}
