import { DepthOperation, Side } from '../../shared/market/events/event-batch.js';
import { tickScaleOf } from '../../shared/market/events/tick-scale.js';
import type { DepthChange } from './depth-change.js';

/** Above all that was ever open in one contract: what claims more is a defect of the feed. */
const SIZE_CONTRACTS_MAX = 10_000_000;

/** Why an event must not be taken as what it says it is: its first odd field and value. Null where nothing is odd. */
export type Oddness = string | null;

/**
 * What every market event has to pass before it is captured: readers of the capture take exactly what passes here.
 * Values may be NaN or (from the library) undefined. Every event is asked, so a usual one costs no allocation.
 */
export class EventDoor {
  private readonly scale;

  constructor(tickSize: number) {
    this.scale = tickScaleOf(tickSize);
  }

  /** @param levels of the book that the operation addresses */
  depth(levels: number, { operation, side, position, price, size }: DepthChange): Oddness {
    if (
      operation !== DepthOperation.insert &&
      operation !== DepthOperation.update &&
      operation !== DepthOperation.delete
    )
      return `operation ${operation}`;
    if (side !== Side.ask && side !== Side.bid) return `side ${side}`;
    if (!(Number.isInteger(position) && position >= 0 && position < levels))
      return `position ${position} in a book of ${levels} levels`;
    if (Number.isNaN(this.scale.ticksOf(price))) return this.oddPrice(price);
    return isWholeContracts(size) ? null : `size ${size}`;
  }

  /** A price of 0 counts as odd: it is what the library makes of an empty one. */
  trade(price: number, size: number): Oddness {
    if (Number.isNaN(this.scale.ticksOf(price)) || price === 0) return this.oddPrice(price);
    return isWholeContracts(size) && size > 0 ? null : `size ${size}`;
  }

  private oddPrice(price: number): string {
    return `price ${price} at a tick of ${this.scale.tickSize}`;
  }
}

function isWholeContracts(size: number): boolean {
  return Number.isInteger(size) && size >= 0 && size <= SIZE_CONTRACTS_MAX;
}
