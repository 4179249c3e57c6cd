import { BAR_MS } from '../../shared/market/events/bar.js';
import type { TickBar } from './bar-builder.js';

const NEWEST_WEIGHT = 0.4;
const EXPECTED_SHARE = 0.4;

/**
 * The slow signal: five-minute returns have momentum. The next bar is expected to return a share of an exponentially
 * weighted mean of the returns before; it starts anew each day.
 */
export class BarMomentum {
  readonly #signalStrength: number;
  #meanReturnTicks = 0;
  #closedBars = 0;

  /** @param signalStrength 1 plants the signal, 0 leaves none */
  constructor(signalStrength: number) {
    this.#signalStrength = signalStrength;
  }

  /** Takes in the bars of the day that are complete at a time. */
  follow(bars: readonly TickBar[], timeMs: number): void {
    for (let bar = bars[this.#closedBars]; bar && bar.openMs + BAR_MS <= timeMs; bar = bars[this.#closedBars]) {
      const returnTicks = bar.close - (bars[this.#closedBars - 1]?.close ?? bar.open);
      this.#meanReturnTicks = (1 - NEWEST_WEIGHT) * this.#meanReturnTicks + NEWEST_WEIGHT * returnTicks;
      this.#closedBars++;
    }
  }

  /** Expected return of the current bar, ticks. */
  get expectedReturnTicks(): number {
    return this.#signalStrength * EXPECTED_SHARE * this.#meanReturnTicks;
  }
}
