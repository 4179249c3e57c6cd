import { RandomStream } from '../../research/generator/random-stream.js';
import {
  createEventBatch,
  DepthOperation,
  type EventBatch,
  EventKind,
  Side,
} from '../../shared/market/events/event-batch.js';
import type { Tape } from '../../simulator/market/tape.js';

const LEVELS = 10;
const BATCH_ROWS = 512;
/** The tape is drawn in slices, as late as possible: what the plan does to the market shows within one. */
const SLICE_MS = 500;
/** A move beyond this many ticks at once is a book anew. */
const SHIFT_TICKS_MAX = 12;

export interface MarketStyle {
  /** Changes of the book in a market second, on average. */
  readonly changesPerSecond: number;
  /** Chance that a change moves the best prices by a tick. */
  readonly moveShare: number;
  /** Contracts at a level, on average. */
  readonly levelContracts: number;
  /** How long one side outweighs the other, market seconds, on average. */
  readonly moodSeconds: number;
}

/** A small market drawn from a seed, slice by slice: ten levels, trades, moods that make heads turn, and pushes. */
export class SimulatedMarket implements Tape {
  readonly levels = LEVELS;
  readonly synthetic = true;
  private readonly random: RandomStream;
  private bestBid: number;
  private readonly sizes: [number[], number[]] = [[], []];
  private mood = 0;
  private moodEndsMs = 0;
  private pushTicks = 0;
  private nowMs = 0;

  constructor(
    readonly instrument: string,
    readonly tickSize: number,
    readonly firstMs: number,
    startTicks: number,
    seed: number,
    private readonly lengthMs: number,
    private readonly style: MarketStyle,
  ) {
    this.random = new RandomStream(seed, 7);
    this.bestBid = startTicks;
  }

  get bidTicks(): number {
    return this.bestBid;
  }

  /** Moves the market by so many ticks, within the next slices. */
  push(ticks: number): void {
    this.pushTicks += ticks;
  }

  async *open(): AsyncGenerator<EventBatch> {
    const batch = createEventBatch(this.instrument, this.tickSize, BigInt(this.firstMs) * 1_000_000n, BATCH_ROWS);
    this.snapshot(batch, 0);
    yield batch;
    while (this.nowMs < this.lengthMs) {
      batch.length = 0;
      this.slice(batch);
      yield batch;
    }
  }

  private slice(batch: EventBatch): void {
    const endMs = this.nowMs + SLICE_MS;
    const { changesPerSecond } = this.style;
    for (let atMs = this.nowMs; ; ) {
      atMs += this.random.exponential(1000 / changesPerSecond);
      // Something happens soon after every whole second: decisions are due then.
      const secondMs = Math.ceil(this.nowMs / 1000) * 1000 + 5;
      if (atMs > secondMs && secondMs >= this.nowMs && secondMs < endMs && batch.length === 0) atMs = secondMs;
      if (atMs >= endMs || batch.length > BATCH_ROWS / 2) break;
      this.change(batch, atMs);
    }
    this.nowMs = endMs;
  }

  private change(batch: EventBatch, atMs: number): void {
    const { random } = this;
    if (atMs >= this.moodEndsMs) {
      this.mood = random.uniform() * 2 - 1;
      this.moodEndsMs = atMs + random.exponential(this.style.moodSeconds * 1000);
      this.refresh(batch, atMs, 0);
    }
    const move = this.nextMove();
    if (Math.abs(move) > SHIFT_TICKS_MAX) this.jump(batch, atMs, move);
    else for (let i = 0; i < Math.abs(move); i++) this.shift(batch, atMs, Math.sign(move));
    if (move === 0) this.refresh(batch, atMs, Math.floor(random.uniform() * 3));
    if (random.chance(0.3)) this.trade(batch, atMs);
    batch.last[batch.length - 1] = 1;
  }

  private nextMove(): number {
    if (this.pushTicks !== 0) {
      const part =
        Math.abs(this.pushTicks) > 40
          ? this.pushTicks
          : Math.sign(this.pushTicks) * Math.min(4, Math.abs(this.pushTicks));
      this.pushTicks -= part;
      return part;
    }
    if (!this.random.chance(this.style.moveShare)) return 0;
    return this.random.chance(0.5 + 0.3 * this.mood) ? 1 : -1;
  }

  /** One tick up or down: the side that gives way loses its best level, the other gains one. */
  private shift(batch: EventBatch, atMs: number, direction: number): void {
    const [gives, gains] = direction > 0 ? [Side.ask, Side.bid] : [Side.bid, Side.ask];
    this.bestBid += direction;
    const given = this.sizes[gives]!;
    const gained = this.sizes[gains]!;
    given.shift();
    this.depth(batch, atMs, DepthOperation.delete, gives, 0, 0, 0);
    given.push(this.drawSize(gives));
    this.level(batch, atMs, DepthOperation.insert, gives, LEVELS - 1);
    gained.unshift(this.drawSize(gains));
    gained.length = LEVELS;
    this.level(batch, atMs, DepthOperation.insert, gains, 0);
  }

  private jump(batch: EventBatch, atMs: number, ticks: number): void {
    this.bestBid += ticks;
    this.row(batch, atMs, EventKind.reset);
    this.snapshot(batch, atMs);
  }

  private snapshot(batch: EventBatch, atMs: number): void {
    for (const side of [Side.ask, Side.bid] as const) {
      this.sizes[side] = Array.from({ length: LEVELS }, () => this.drawSize(side));
      for (let position = 0; position < LEVELS; position++)
        this.level(batch, atMs, DepthOperation.insert, side, position);
    }
    batch.last[batch.length - 1] = 1;
  }

  private refresh(batch: EventBatch, atMs: number, position: number): void {
    for (const side of [Side.ask, Side.bid] as const) {
      this.sizes[side]![position] = this.drawSize(side);
      this.level(batch, atMs, DepthOperation.update, side, position);
    }
  }

  private trade(batch: EventBatch, atMs: number): void {
    const isBuy = this.random.chance(0.5 + 0.4 * this.mood);
    const row = this.row(batch, atMs, EventKind.trade);
    batch.side[row] = isBuy ? Side.bid : Side.ask;
    batch.priceTicks[row] = isBuy ? this.bestBid + 1 : this.bestBid;
    batch.size[row] = this.random.geometric(1.5);
  }

  private level(batch: EventBatch, atMs: number, operation: number, side: 0 | 1, position: number): void {
    const priceTicks = side === Side.bid ? this.bestBid - position : this.bestBid + 1 + position;
    this.depth(batch, atMs, operation, side, position, priceTicks, this.sizes[side]![position]!);
  }

  private depth(
    batch: EventBatch,
    atMs: number,
    operation: number,
    side: number,
    position: number,
    priceTicks: number,
    size: number,
  ): void {
    const row = this.row(batch, atMs, EventKind.depth);
    batch.operation[row] = operation;
    batch.side[row] = side;
    batch.position[row] = position;
    batch.priceTicks[row] = priceTicks;
    batch.size[row] = size;
  }

  private row(batch: EventBatch, atMs: number, kind: number): number {
    const row = batch.length++;
    batch.kind[row] = kind;
    batch.tsRecvNs[row] = Math.floor(atMs * 1e6);
    batch.tsEventNs[row] = Number.NaN;
    batch.last[row] = 0;
    return row;
  }

  /** The side that the mood favours shows more. */
  private drawSize(side: number): number {
    const weight = side === Side.bid ? 1 + this.mood : 1 - this.mood;
    return 1 + Math.floor(this.random.uniform() * 2 * weight * this.style.levelContracts);
  }
}
