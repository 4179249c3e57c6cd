import type { RandomStream } from './random-stream.js';

/** With the pressures below, ten seconds move the mid price by about two ticks, as ES does. */
export const VOLATILITY_TICKS_PER_ROOT_SECOND = 0.42;

/** A hidden pressure that leans on the price for a while: an Ornstein-Uhlenbeck process of variance 1. */
interface Pressure {
  readonly relaxationSeconds: number;
  /** Drift of the price where the pressure's effect is 1. */
  readonly driftTicksPerSecond: number;
}

const BOOK_PRESSURE: Pressure = { relaxationSeconds: 12, driftTicksPerSecond: 0.155 };
const FLOW_PRESSURE: Pressure = { relaxationSeconds: 45, driftTicksPerSecond: 0.09 };

/**
 * The efficient price that quotes follow. Two hidden pressures move it: the book's, which shows in the sizes on the
 * two sides and predicts about ten seconds, and the flow's, which shows in the aggressors of trades and predicts about
 * thirty. The book's effect grows with the square of its pressure, so that most of it comes in short, strong episodes.
 */
export class PriceProcess {
  priceTicks: number;
  bookPressure: number;
  flowPressure: number;
  /** Drift from slower causes, ticks a second. */
  slowDriftTicksPerSecond = 0;
  readonly #random: RandomStream;
  readonly #signalStrength: number;

  /** @param signalStrength 1 plants the signal, 0 leaves the pressures visible but without effect */
  constructor(random: RandomStream, startTicks: number, signalStrength: number) {
    this.#random = random;
    this.#signalStrength = signalStrength;
    this.priceTicks = startTicks;
    this.bookPressure = random.normal();
    this.flowPressure = random.normal();
  }

  advance(seconds: number): void {
    const drift =
      BOOK_PRESSURE.driftTicksPerSecond * episodic(this.bookPressure) +
      FLOW_PRESSURE.driftTicksPerSecond * this.flowPressure;
    this.priceTicks +=
      (this.#signalStrength * drift + this.slowDriftTicksPerSecond) * seconds +
      VOLATILITY_TICKS_PER_ROOT_SECOND * Math.sqrt(seconds) * this.#random.normal();
    this.bookPressure = this.#relax(this.bookPressure, BOOK_PRESSURE.relaxationSeconds, seconds);
    this.flowPressure = this.#relax(this.flowPressure, FLOW_PRESSURE.relaxationSeconds, seconds);
  }

  /** Exact step of an Ornstein-Uhlenbeck process of variance 1. */
  #relax(pressure: number, relaxationSeconds: number, seconds: number): number {
    const kept = Math.exp(-seconds / relaxationSeconds);
    return kept * pressure + Math.sqrt(1 - kept * kept) * this.#random.normal();
  }
}

/** Odd, of variance 1 for a standard normal pressure, with heavy tails. */
function episodic(pressure: number): number {
  return (pressure * Math.abs(pressure)) / Math.sqrt(3);
}
