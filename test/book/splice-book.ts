import { DepthOperation } from '../../shared/market/events/event-batch.js';

export interface Level {
  readonly priceTicks: number;
  readonly size: number;
}

/** The slow, obvious book: one array a side, spliced as the exchange describes it. */
export class SpliceBook {
  readonly sides: [Level[], Level[]] = [[], []];
  outOfRange = 0;

  constructor(private readonly levels = 10) {}

  apply(operation: number, side: number, position: number, priceTicks: number, size: number): void {
    const levels = this.sides[side]!;
    const level = { priceTicks, size };
    if (operation === DepthOperation.insert && position <= levels.length && position < this.levels) {
      levels.splice(position, 0, level);
      levels.splice(this.levels);
    } else if (operation === DepthOperation.update && position < levels.length) levels[position] = level;
    else if (operation === DepthOperation.update && position === levels.length && position < this.levels)
      levels.push(level);
    else if (operation === DepthOperation.delete && position < levels.length) levels.splice(position, 1);
    else this.outOfRange++;
  }

  clear(): void {
    this.sides[0].length = 0;
    this.sides[1].length = 0;
  }

  isConsistent(): boolean {
    const [asks, bids] = this.sides;
    const prices = [...bids.toReversed(), ...asks].map(({ priceTicks }) => priceTicks);
    const isRising = prices.every((price, i) => i === 0 || price > prices[i - 1]!);
    return asks.length > 0 && bids.length > 0 && isRising;
  }
}
