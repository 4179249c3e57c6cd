/**
 * Takes from `source` at once and before it is asked to, up to `limit` items ahead: while one is used, the next ones are
 * made. Must be stopped, whether its items were taken or not.
 */
export class ReadAhead<T> {
  private readonly ready: T[] = [];
  private readonly filling: Promise<void>;
  private failure: { readonly error: unknown } | null = null;
  private isDone = false;
  private isStopped = false;
  private wake = () => {};

  constructor(
    private readonly source: AsyncGenerator<T>,
    private readonly limit: number,
  ) {
    this.filling = this.fill();
  }

  /** Every item, in order. @throws what the source threw */
  async *items(): AsyncGenerator<T> {
    for (;;) {
      while (this.ready.length === 0 && !this.isDone) await this.changed();
      if (this.ready.length === 0) break;
      yield this.ready.shift()!;
      this.wake();
    }
    if (this.failure) throw this.failure.error;
  }

  /** Ends the source. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.wake();
    await this.filling;
  }

  private async fill(): Promise<void> {
    try {
      for await (const item of this.source) {
        this.ready.push(item);
        this.wake();
        while (this.ready.length >= this.limit && !this.isStopped) await this.changed();
        if (this.isStopped) break;
      }
    } catch (error) {
      this.failure = { error };
    }
    this.isDone = true;
    this.wake();
  }

  /** Either side waits for the other here; never both at once. */
  private changed(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}
