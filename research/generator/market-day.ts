import type { RthSession } from '../../shared/market/calendar/session.js';
import { BAR_MS } from '../../shared/market/events/bar.js';
import { BarBuilder, type TickBar } from './bar-builder.js';
import { simulateBars } from './bar-day.js';
import { BarMomentum } from './bar-momentum.js';
import { type EventSink, simulateDepthDay } from './depth-day.js';
import { RandomStream } from './random-stream.js';

/** Seconds of book before each RTH open. */
const SECONDS_BEFORE_OPEN = 30;
const OVERNIGHT_TICKS = 30;

/** One trade date: a book from shortly before the open, if it is asked for, and bars to the RTH close, consistent with it. */
export class MarketDay {
  /** Time of the first event of the book, ms since the epoch. */
  readonly depthStartMs: number;
  readonly #random: RandomStream;
  readonly #momentum: BarMomentum;
  readonly #builder = new BarBuilder();
  #priceTicks: number;
  #simulatedToMs: number;

  constructor(
    seed: number,
    readonly session: RthSession,
    priorCloseTicks: number,
    private readonly signalStrength: number,
  ) {
    this.#random = new RandomStream(seed, Number(session.tradeDate.replaceAll('-', '')) % 2_000_000);
    this.#momentum = new BarMomentum(signalStrength);
    this.#priceTicks = priorCloseTicks + OVERNIGHT_TICKS * this.#random.normal();
    this.#simulatedToMs = session.rthOpenMs;
    this.depthStartMs = session.rthOpenMs - SECONDS_BEFORE_OPEN * 1000;
  }

  get bars(): readonly TickBar[] {
    return this.#builder.bars;
  }

  /** The book and trades of the first minutes, into a sink. */
  simulateDepth(minutes: number, sink: EventSink): void {
    const { rthOpenMs } = this.session;
    this.#priceTicks = simulateDepthDay({
      random: this.#random,
      startTicks: this.#priceTicks,
      seconds: SECONDS_BEFORE_OPEN + minutes * 60,
      signalStrength: this.signalStrength,
      slowDrift: (seconds) => {
        this.#momentum.follow(this.bars, this.depthStartMs + seconds * 1000);
        return (this.#momentum.expectedReturnTicks * 1000) / BAR_MS;
      },
      sink: {
        depth: (nanos, message) => sink.depth(nanos, message),
        trade: (nanos, priceTicks, size, aggressor) => {
          const timeMs = this.depthStartMs + nanos / 1e6;
          if (timeMs >= rthOpenMs) this.#builder.add(timeMs, priceTicks, size);
          sink.trade(nanos, priceTicks, size, aggressor);
        },
      },
    });
    this.#simulatedToMs = rthOpenMs + minutes * 60_000;
  }

  /** Bars for the rest of the day. @returns the price at the RTH close, ticks */
  finishBars(): number {
    return simulateBars(
      this.#random,
      this.session,
      this.#simulatedToMs,
      this.#priceTicks,
      this.#builder,
      this.#momentum,
    );
  }
}
