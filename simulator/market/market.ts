import { type EventBatch, EventKind, Side } from '../../shared/market/events/event-batch.js';
import type { FutureContract } from '../contracts/contract.js';
import { Book } from './book.js';

/** What happens in a market, told in the order of the tape. */
export interface MarketListener {
  /** One operation, after the book took it. */
  onDepth?(operation: number, side: number, position: number, priceTicks: number, size: number): void;
  /** The exchange's event is complete: the book is consistent. */
  onBook?(): void;
  onTrade?(priceTicks: number, size: number, aggressorIsBuyer: boolean | undefined): void;
  /** The book was emptied; what follows builds it anew. */
  onReset?(): void;
}

/** One contract's market as the tape has played it so far. */
export class Market {
  readonly book: Book;
  lastTicks: number | undefined;
  lastSize = 0;
  openTicks: number | undefined;
  highTicks = Number.NEGATIVE_INFINITY;
  lowTicks = Number.POSITIVE_INFINITY;
  volume = 0;
  eventsPlayed = 0;
  readonly #listeners = new Set<MarketListener>();

  constructor(
    readonly contract: FutureContract,
    levels: number,
    readonly synthetic: boolean,
  ) {
    this.book = new Book(levels);
  }

  /** Listeners hear of an event in the order in which they came. */
  listen(listener: MarketListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  play(batch: EventBatch, at: number): void {
    this.eventsPlayed++;
    const kind = batch.kind[at]!;
    if (kind === EventKind.depth) this.#depth(batch, at);
    else if (kind === EventKind.trade) this.#trade(batch.priceTicks[at]!, batch.size[at]!, batch.side[at]!);
    else this.reset();
  }

  reset(): void {
    this.book.clear();
    for (const listener of this.#listeners) listener.onReset?.();
  }

  #depth(batch: EventBatch, at: number): void {
    const operation = batch.operation[at]!;
    const side = batch.side[at]!;
    const position = batch.position[at]!;
    const priceTicks = batch.priceTicks[at]!;
    const size = batch.size[at]!;
    if (this.book.apply(operation, side, position, priceTicks, size))
      for (const listener of this.#listeners) listener.onDepth?.(operation, side, position, priceTicks, size);
    if (batch.last[at]) for (const listener of this.#listeners) listener.onBook?.();
  }

  #trade(priceTicks: number, size: number, aggressor: number): void {
    this.lastTicks = priceTicks;
    this.lastSize = size;
    this.openTicks ??= priceTicks;
    this.highTicks = Math.max(this.highTicks, priceTicks);
    this.lowTicks = Math.min(this.lowTicks, priceTicks);
    this.volume += size;
    const aggressorIsBuyer = aggressor === Side.none ? undefined : aggressor === Side.bid;
    for (const listener of this.#listeners) listener.onTrade?.(priceTicks, size, aggressorIsBuyer);
  }
}
