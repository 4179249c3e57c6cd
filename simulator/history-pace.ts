const WINDOW_MS = 600_000;

/** Counts requests for historical data, of all clients together. */
export class HistoryPace {
  readonly #timesMs: number[] = [];

  constructor(private readonly requestsPer10Min: number) {}

  /** @returns false where this is once too often in ten minutes */
  admits(nowMs: number): boolean {
    while (this.#timesMs.length > 0 && nowMs - this.#timesMs[0]! > WINDOW_MS) this.#timesMs.shift();
    if (this.#timesMs.length >= this.requestsPer10Min) return false;
    this.#timesMs.push(nowMs);
    return true;
  }
}
