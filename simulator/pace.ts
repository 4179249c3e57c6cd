const WINDOW_MS = 1000;

/** What becomes of a message: handled, refused with error 100, or the end of the connection. */
export type Verdict = 'handle' | 'refuse' | 'disconnect';

/** Counts one client's messages of the last second. A second of refusals is one strike; a quiet one clears them. */
export class Pace {
  #windowStartMs = Number.NEGATIVE_INFINITY;
  #count = 0;
  #strikes = 0;

  constructor(
    private readonly messagesPerSecond: number,
    private readonly strikesMax: number,
  ) {}

  /** Messages of the current second, this one included. */
  get count(): number {
    return this.#count;
  }

  judge(nowMs: number): Verdict {
    if (nowMs - this.#windowStartMs >= WINDOW_MS) {
      if (this.#count <= this.messagesPerSecond) this.#strikes = 0;
      this.#windowStartMs = nowMs;
      this.#count = 0;
    }
    this.#count++;
    if (this.#count <= this.messagesPerSecond) return 'handle';
    if (this.#count === this.messagesPerSecond + 1) this.#strikes++;
    return this.#strikes >= this.strikesMax ? 'disconnect' : 'refuse';
  }

  /** Milliseconds until a message would be handled again. */
  waitMs(nowMs: number): number {
    return this.#count < this.messagesPerSecond ? 0 : Math.max(0, this.#windowStartMs + WINDOW_MS - nowMs);
  }
}
