import type { EventBatch } from '../../shared/events/event-batch.js';
import type { Market } from './market.js';
import type { Tape } from './tape.js';

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
const POLL_MS_MAX = 5;

/** Plays one tape into one market. */
export class Player {
  #stopped = false;
  #allowance = 0;
  #wake: (() => void) | undefined;
  #stepDone: (() => void) | undefined;
  #originNs: bigint | undefined;
  #originWallMs = 0;
  #burst = 0;

  constructor(
    readonly tape: Tape,
    readonly market: Market,
    readonly options: PlayerOptions,
  ) {}

  /** Runs until the tape ends, or `stop`. @throws BadInput when the tape cannot be read on */
  async run(): Promise<void> {
    do {
      this.#originNs = undefined;
      for await (const batch of this.tape.open()) {
        await this.#playBatch(batch);
        if (this.#stopped) return;
      }
      if (this.options.loop) this.market.reset();
    } while (this.options.loop && !this.#stopped);
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
      const waiting = this.#wait(batch, at);
      if (waiting) await waiting;
      if (this.#stopped) return;
      this.market.play(batch, at);
      this.options.onEvent();
      if (this.options.speed === 0 && --this.#allowance === 0) this.#stepDone?.();
    }
  }

  /** A promise only where the event is not due yet, so that a burst costs no turn of the event loop each. */
  #wait(batch: EventBatch, at: number): Promise<void> | undefined {
    const { speed } = this.options;
    if (speed === 0) return this.#allowance > 0 ? undefined : this.#stepped();
    if (speed === 'max') {
      if (++this.#burst % BURST_EVENTS !== 0) return undefined;
      return this.options.settled().then(() => new Promise((resolve) => setImmediate(resolve)));
    }
    if (speed === 'clock') {
      const atMs = Number(batch.baseNs / 1_000_000n) + batch.tsRecvNs[at]! / 1e6;
      return this.options.nowMs() >= atMs ? undefined : this.#until(() => atMs - this.options.nowMs());
    }
    if (this.#originNs === undefined) {
      this.#originNs = batch.baseNs + BigInt(batch.tsRecvNs[at]!);
      this.#originWallMs = performance.now();
    }
    const sinceOriginMs = (Number(batch.baseNs - this.#originNs) + batch.tsRecvNs[at]!) / 1e6;
    const dueMs = this.#originWallMs + sinceOriginMs / speed;
    return performance.now() >= dueMs ? undefined : this.#until(() => dueMs - performance.now());
  }

  async #stepped(): Promise<void> {
    while (this.#allowance <= 0 && !this.#stopped) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  async #until(leftMs: () => number): Promise<void> {
    for (let left = leftMs(); left > 0 && !this.#stopped; left = leftMs()) {
      const sleepMs = this.options.speed === 'clock' ? Math.min(left, POLL_MS_MAX) : Math.min(left, 1000);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, sleepMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
