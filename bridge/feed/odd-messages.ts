export interface OddMessagesDeps {
  /** Between two renewals, monotonic ms: a gateway may send nonsense for ever. */
  readonly renewEveryMs: number;
  /** What was odd, in plain words. */
  readonly onOdd: (reason: string) => void;
  /** Asks for a fresh book. */
  readonly renew: () => void;
}

/** Counts the messages that are no market event, and sees to it that a fresh book is asked for, but not too often. */
export class OddMessages {
  private seen = 0;
  private renewedAtMs = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly deps: OddMessagesDeps) {}

  get count(): number {
    return this.seen;
  }

  record(reason: string): void {
    this.seen++;
    this.deps.onOdd(reason);
  }

  /** At once where the last time is long enough ago. */
  renewSoon(): void {
    const waitMs = this.renewedAtMs + this.deps.renewEveryMs - performance.now();
    if (waitMs > 0) this.timer = setTimeout(() => this.renew(), waitMs).unref();
    else this.renew();
  }

  /** A fresh book was asked for on other grounds. */
  forget(): void {
    clearTimeout(this.timer);
  }

  private renew(): void {
    this.renewedAtMs = performance.now();
    this.deps.renew();
  }
}
