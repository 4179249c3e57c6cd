import type { EventBatch } from '../../shared/market/events/event-batch.js';
import type { Market } from './market.js';
import { type Tape, timeMs } from './tape.js';

/**
 * How the tape runs. A number: that many times the speed of the recording; 0: only by `step`. 'max': as fast as the
 * slowest client reads. 'clock': an event plays when the gateway's clock reaches its time.
 */
export type Speed = number | 'max' | 'clock';

export interface PlayerOptions {
  readonly speed: Speed;
  /** Start over at the end; the book is reset in between. */
  readonly loop: boolean;
  nowMs(): number;
  /** Resolves when no client is far behind; asked between bursts at speed 'max'. */
  settled(): Promise<void>;
  onEvent(): void;
}

const BURST_EVENTS = 256;
const MAX_SPEED_BURST_EVENTS = 2048;
const POLL_MS_MAX = 5;
/** Gap in tape time between the end of one pass and the start of the next. */
const LOOP_GAP_MS = 1000;

/** Plays one tape into one market. */
export class Player {
  /** Time of the newest event on the tape; later passes go on where the one before ended. Never goes back. */
  tapeMs: number;
  #stopped = false;
  #allowance = 0;
  #wake: (() => void) | undefined;
  #stepDone: (() => void) | undefined;
  #passShiftMs = 0;
  #wallStartMs: number | undefined;
  #burst = 0;

  constructor(
    readonly tape: Tape,
    readonly market: Market,
    readonly options: PlayerOptions,
  ) {
    this.tapeMs = tape.firstMs;
  }

  /** Runs until the tape ends, or `stop`. @throws BadInput when the tape cannot be read on */
  async run(): Promise<void> {
    for (;;) {
      for await (const batch of this.tape.open()) {
        await this.#playBatch(batch);
        if (this.#stopped) return;
      }
      if (!this.options.loop) break;
      this.market.reset();
      this.#passShiftMs = this.tapeMs + LOOP_GAP_MS - this.tape.firstMs;
    }
    this.#stepDone?.();
  }

  /** Speed 0: plays the next `count` events; resolves when they are played, or the tape is at its end. */
  step(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#allowance += count;
      this.#stepDone = resolve;
      this.#wake?.();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.();
    this.#stepDone?.();
  }

  async #playBatch(batch: EventBatch): Promise<void> {
    for (let at = 0; at < batch.length; at++) {
      const eventMs = timeMs(batch, at) + this.#passShiftMs;
      const waiting = this.#wait(eventMs) ?? this.#breathe();
      if (waiting) await waiting;
      if (this.#stopped) return;
      this.tapeMs = Math.max(this.tapeMs, eventMs);
      this.market.play(batch, at);
      this.options.onEvent();
      if (this.options.speed === 0 && --this.#allowance === 0) this.#stepDone?.();
    }
  }

  /** A promise only where the event is not due yet, so that a burst costs no turn of the event loop each. */
  #wait(eventMs: number): Promise<void> | undefined {
    const leftMs = this.#leftMs(eventMs);
    return leftMs > 0 ? this.#until(() => this.#leftMs(eventMs)) : undefined;
  }

  #leftMs(eventMs: number): number {
    const { speed } = this.options;
    if (speed === 'max') return 0;
    if (speed === 'clock') return eventMs - this.options.nowMs();
    if (speed === 0) return this.#allowance > 0 ? 0 : Number.POSITIVE_INFINITY;
    this.#wallStartMs ??= performance.now();
    return (eventMs - this.tape.firstMs) / speed - (performance.now() - this.#wallStartMs);
  }

  async #until(leftMs: () => number): Promise<void> {
    for (let left = leftMs(); left > 0 && !this.#stopped; left = leftMs()) {
      const sleepMs = Math.min(left, this.options.speed === 'clock' ? POLL_MS_MAX : 1000);
      await new Promise<void>((resolve) => {
        const timer = left === Number.POSITIVE_INFINITY ? undefined : setTimeout(resolve, sleepMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Between bursts others get their turn; at full speed the slowest client's turn comes first. */
  #breathe(): Promise<void> | undefined {
    if (++this.#burst % (this.options.speed === 'max' ? MAX_SPEED_BURST_EVENTS : BURST_EVENTS) !== 0) return undefined;
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
    return this.options.speed === 'max' ? this.options.settled().then(turn) : turn();
  }
}
