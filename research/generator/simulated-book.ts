import { DepthOperation, Side } from '../../shared/market/events/event-batch.js';
import type { RandomStream } from './random-stream.js';

export const LEVELS = 10;

/** One position-addressed change, as an exchange sends it: a delete has no price and no size. */
export interface BookOperation {
  readonly operation: DepthOperation;
  readonly side: Side;
  readonly position: number;
  readonly priceTicks: number;
  readonly size: number;
}

/** Contracts that usually rest at each level, from the best outwards. */
const USUAL_SIZES = [70, 130, 170, 200, 210, 220, 230, 230, 240, 240];
/** How much the logarithm of a size leans with the book pressure, by level. */
const LEANS = [0.4, 0.4, 0.35, 0.3, 0.25, 0.2, 0.16, 0.13, 0.1, 0.08];
const SIZE_NOISE = 0.36;

/**
 * A book without holes: level i of the bids is i ticks below the best. It only says what an exchange would say; keeping
 * the ten levels of a receiver is the receiver's work.
 */
export class SimulatedBook {
  bestBidTicks: number;
  bestAskTicks: number;
  readonly #bidSizes: number[];
  readonly #askSizes: number[];
  readonly #random: RandomStream;

  constructor(random: RandomStream, bestBidTicks: number, pressure: number) {
    this.#random = random;
    this.bestBidTicks = bestBidTicks;
    this.bestAskTicks = bestBidTicks + 1;
    this.#bidSizes = USUAL_SIZES.map((_, position) => this.#drawSize(Side.bid, position, pressure));
    this.#askSizes = USUAL_SIZES.map((_, position) => this.#drawSize(Side.ask, position, pressure));
  }

  /** The inserts that build the book from nothing. */
  build(): BookOperation[] {
    return [Side.bid, Side.ask].flatMap((side) =>
      this.#sizes(side).map((_, position) => this.#say(DepthOperation.insert, side, position)),
    );
  }

  /** A new size somewhere, drawn under a pressure (positive: buyers). */
  refresh(side: Side, position: number, pressure: number): BookOperation {
    this.#sizes(side)[position] = this.#drawSize(side, position, pressure);
    return this.#say(DepthOperation.update, side, position);
  }

  bestSize(side: Side): number {
    return this.#sizes(side)[0]!;
  }

  /** A trade takes `size` contracts, fewer than there are, from the best level. */
  take(side: Side, size: number): BookOperation {
    this.#sizes(side)[0] = this.bestSize(side) - size;
    return this.#say(DepthOperation.update, side, 0);
  }

  /** The best level is gone; the level that becomes visible follows at the far end. */
  removeBest(side: Side, pressure: number): BookOperation[] {
    const removed = this.#say(DepthOperation.delete, side, 0);
    this.#sizes(side).shift();
    if (side === Side.bid) this.bestBidTicks--;
    else this.bestAskTicks++;
    this.#sizes(side).push(this.#drawSize(side, LEVELS - 1, pressure));
    return [removed, this.#say(DepthOperation.insert, side, LEVELS - 1)];
  }

  /** A new best level; the one at the far end falls out of sight without a word, as on CME. */
  improveBest(side: Side, pressure: number): BookOperation {
    this.#sizes(side).unshift(this.#drawSize(side, 0, pressure));
    this.#sizes(side).pop();
    if (side === Side.bid) this.bestBidTicks++;
    else this.bestAskTicks--;
    return this.#say(DepthOperation.insert, side, 0);
  }

  #sizes(side: Side): number[] {
    return side === Side.bid ? this.#bidSizes : this.#askSizes;
  }

  #say(operation: DepthOperation, side: Side, position: number): BookOperation {
    if (operation === DepthOperation.delete) return { operation, side, position, priceTicks: 0, size: 0 };
    const priceTicks = side === Side.bid ? this.bestBidTicks - position : this.bestAskTicks + position;
    return { operation, side, position, priceTicks, size: this.#sizes(side)[position]! };
  }

  #drawSize(side: Side, position: number, pressure: number): number {
    const lean = LEANS[position]! * (side === Side.bid ? pressure : -pressure);
    return Math.max(2, Math.round(USUAL_SIZES[position]! * Math.exp(lean + SIZE_NOISE * this.#random.normal())));
  }
}
