import { Book } from '../../../shared/market/book/book.js';
import { type EventBatch, EventKind } from '../../../shared/market/events/event-batch.js';
import type { Feed } from '../feed.js';
import type { CommonBase } from '../trades/trade-tape.js';
import { BookState, LEVELS } from './book-state.js';

/** States of one window that are kept; what a burst shows beyond that is not looked at. */
const STATES_MAX = 256;

/** A feed's book at one moment of the grid, and what it was shortly before and after. */
export class Sample {
  /** Mid-gap, not yet complete, crossed, or one-sided: nothing to compare. */
  isVoid = true;
  readonly exact = new BookState();
  /** Within the window, the exact one included; the first `count` of them. */
  readonly states: BookState[] = [];
  count = 0;
  /** Of the newest event up to the moment. */
  lastEventNs = Number.NEGATIVE_INFINITY;

  push(book: Book): void {
    if (this.count === STATES_MAX) return;
    let state = this.states[this.count];
    if (!state) {
      state = new BookState();
      this.states.push(state);
    }
    state.copy(book);
    this.count++;
  }
}

/** Plays a feed's book forward from moment to moment of a grid. */
export class BookSampler {
  readonly sample = new Sample();
  /** Most levels that a side ever held. */
  levelsSeen = 0;
  private readonly book = new Book(LEVELS);
  private readonly batches: AsyncIterator<EventBatch>;
  private batch: EventBatch | null = null;
  private row = 0;
  private shift = 0;
  /** Time of the next event by the first feed's clock; never decreasing. */
  private nextNs = Number.NEGATIVE_INFINITY;
  private lastNs = Number.NEGATIVE_INFINITY;
  private isTrusted = true;
  private isComplete = true;
  private isEnded = false;

  /** @param toFirst a time of this feed by the first feed's clock */
  constructor(
    feed: Feed,
    private readonly base: CommonBase,
    private readonly toFirst: (ns: number) => number,
  ) {
    this.batches = feed.batches()[Symbol.asyncIterator]();
  }

  /** @param ns moments must be asked for in order, more than two windows apart */
  async at(ns: number, windowNs: number): Promise<Sample> {
    const { sample } = this;
    sample.count = 0;
    await this.playTo(ns - windowNs, false);
    this.keep();
    await this.playTo(ns, true);
    sample.isVoid = !this.isUsable();
    sample.lastEventNs = this.lastNs;
    if (!sample.isVoid) sample.exact.copy(this.book);
    await this.playTo(ns + windowNs, true);
    return sample;
  }

  async close(): Promise<void> {
    await this.batches.return?.(undefined);
  }

  private async playTo(ns: number, keeps: boolean): Promise<void> {
    while (!this.isEnded) {
      if (this.batch === null || this.row === this.batch.length) {
        if (!(await this.nextBatch())) return;
        continue;
      }
      if (this.nextNs > ns) return;
      const { batch } = this;
      while (this.row < batch.length && this.nextNs <= ns) {
        this.lastNs = this.nextNs;
        this.apply(batch, this.row++);
        if (keeps && batch.kind[this.row - 1] === EventKind.depth) this.keep();
        if (this.row < batch.length) this.look();
      }
    }
  }

  private async nextBatch(): Promise<boolean> {
    const { value, done } = await this.batches.next();
    if (done) {
      this.isEnded = true;
      return false;
    }
    this.batch = value as EventBatch;
    this.row = 0;
    this.shift = this.base.shiftOf(this.batch);
    if (this.batch.length > 0) this.look();
    return true;
  }

  private look(): void {
    this.nextNs = Math.max(this.nextNs, this.toFirst(this.batch!.tsRecvNs[this.row]! + this.shift));
  }

  private apply(batch: EventBatch, i: number): void {
    const { book } = this;
    switch (batch.kind[i]) {
      case EventKind.depth:
        book.apply(batch.operation[i]!, batch.side[i]!, batch.position[i]!, batch.priceTicks[i]!, batch.size[i]!);
        this.isComplete = batch.last[i] === 1;
        this.levelsSeen = Math.max(this.levelsSeen, book.count[0]!, book.count[1]!);
        return;
      case EventKind.reset:
        book.clear();
        this.isTrusted = true;
        return;
      case EventKind.gap:
        // Operations were lost: levels may be wrong until the feed starts its book anew.
        this.isTrusted = false;
        return;
      default:
        return;
    }
  }

  private isUsable(): boolean {
    return this.isTrusted && this.isComplete && this.book.isConsistent();
  }

  private keep(): void {
    if (this.isUsable()) this.sample.push(this.book);
  }
}
