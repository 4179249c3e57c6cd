import { Side } from '../../shared/market/events/event-batch.js';
import { PriceProcess } from './price-process.js';
import type { RandomStream } from './random-stream.js';
import { type BookOperation, LEVELS, SimulatedBook } from './simulated-book.js';

/** Where simulated events go, in order of time. */
export interface EventSink {
  /** One exchange message: the book is consistent after its last operation. @param nanos after the start of the stream */
  depth(nanos: number, message: readonly BookOperation[]): void;
  trade(nanos: number, priceTicks: number, size: number, aggressor: 'buy' | 'sell'): void;
}

export interface DepthDayOptions {
  readonly random: RandomStream;
  readonly startTicks: number;
  readonly seconds: number;
  readonly signalStrength: number;
  /** Drift of slower causes at a time, ticks a second. */
  readonly slowDrift: (seconds: number) => number;
  readonly sink: EventSink;
}

const ACTIONS_PER_SECOND = 14;
const TRADE_SHARE = 0.22;
/** How much a flow pressure of 1 adds to the log odds of a buyer. */
const FLOW_LEAN = 1.5;
const TRADE_SIZE_MEAN = 5;
/** Share of the refreshes that each level gets. */
const LEVEL_WEIGHTS = [0.46, 0.16, 0.09, 0.07, 0.06, 0.05, 0.04, 0.03, 0.02, 0.02];
/** How far the efficient price leaves the mid before the quotes follow, ticks: above a half, so that quotes do not flicker. */
const FOLLOW_TICKS = 0.7;
const GAP_SECONDS_MEAN = 0.25;

/** Simulates a ten-level book and its trades. @returns the efficient price at the end, ticks */
export function simulateDepthDay(options: DepthDayOptions): number {
  return new DepthDay(options).run();
}

class DepthDay {
  readonly #options: DepthDayOptions;
  readonly #random: RandomStream;
  readonly #price: PriceProcess;
  readonly #book: SimulatedBook;
  #seconds = 0;
  /** The side whose best level is missing after a move, and when it fills. */
  #gap: { readonly side: Side; readonly untilSeconds: number } | null = null;

  constructor(options: DepthDayOptions) {
    this.#options = options;
    this.#random = options.random;
    this.#price = new PriceProcess(options.random, options.startTicks, options.signalStrength);
    this.#book = new SimulatedBook(options.random, Math.floor(options.startTicks), this.#price.bookPressure);
  }

  run(): number {
    this.#say(this.#book.build());
    for (;;) {
      const nextSeconds = this.#seconds + this.#random.exponential(1 / ACTIONS_PER_SECOND);
      if (nextSeconds >= this.#options.seconds) return this.#price.priceTicks;
      if (this.#gap && this.#gap.untilSeconds <= nextSeconds) this.#fillGap(this.#gap.untilSeconds);
      this.#price.slowDriftTicksPerSecond = this.#options.slowDrift(this.#seconds);
      this.#price.advance(nextSeconds - this.#seconds);
      this.#seconds = nextSeconds;
      this.#followPrice();
      if (this.#random.chance(TRADE_SHARE)) this.#trade();
      else this.#refresh();
    }
  }

  #followPrice(): void {
    for (;;) {
      const { bestBidTicks, bestAskTicks } = this.#book;
      const away = this.#price.priceTicks - this.#targetMidTicks(bestBidTicks, bestAskTicks);
      if (Math.abs(away) <= FOLLOW_TICKS) return;
      if (this.#gap) this.#fillGap(this.#seconds);
      this.#move(away > 0 ? Side.ask : Side.bid);
    }
  }

  /** The mid once a gap is filled. */
  #targetMidTicks(bestBidTicks: number, bestAskTicks: number): number {
    return this.#gap?.side === Side.ask ? bestBidTicks + 0.5 : bestAskTicks - 0.5;
  }

  /** A best level goes, often bought or sold up; the other side follows in the same message or a moment later. */
  #move(side: Side): void {
    if (this.#random.chance(0.6)) this.#tradeAt(side, this.#book.bestSize(side));
    const message = this.#book.removeBest(side, this.#price.bookPressure);
    const follower = side === Side.ask ? Side.bid : Side.ask;
    if (this.#random.chance(0.3)) message.push(this.#book.improveBest(follower, this.#price.bookPressure));
    else this.#gap = { side: follower, untilSeconds: this.#seconds + this.#random.exponential(GAP_SECONDS_MEAN) };
    this.#say(message);
  }

  #fillGap(atSeconds: number): void {
    const { side } = this.#gap!;
    this.#gap = null;
    this.#seconds = atSeconds;
    this.#say([this.#book.improveBest(side, this.#price.bookPressure)]);
  }

  #trade(): void {
    const buyChance = 1 / (1 + Math.exp(-FLOW_LEAN * this.#price.flowPressure));
    const side = this.#random.chance(buyChance) ? Side.ask : Side.bid;
    const size = Math.min(this.#random.geometric(TRADE_SIZE_MEAN), this.#book.bestSize(side) - 1);
    if (size < 1) return;
    this.#tradeAt(side, size);
    this.#say([this.#book.take(side, size)]);
  }

  #tradeAt(side: Side, size: number): void {
    const isBuy = side === Side.ask;
    const priceTicks = isBuy ? this.#book.bestAskTicks : this.#book.bestBidTicks;
    this.#options.sink.trade(this.#nanos(), priceTicks, size, isBuy ? 'buy' : 'sell');
  }

  /** One new size, or two in one message. */
  #refresh(): void {
    const side = this.#random.chance(0.5) ? Side.bid : Side.ask;
    const position = this.#random.pick(LEVEL_WEIGHTS);
    const message = [this.#book.refresh(side, position, this.#price.bookPressure)];
    if (position < LEVELS - 1 && this.#random.chance(0.12))
      message.push(this.#book.refresh(side, position + 1, this.#price.bookPressure));
    this.#say(message);
  }

  #say(message: readonly BookOperation[]): void {
    this.#options.sink.depth(this.#nanos(), message);
  }

  #nanos(): number {
    return Math.round(this.#seconds * 1e9);
  }
}
