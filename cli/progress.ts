const EVERY_MS = 200;

/** One line on a terminal that says how far long work is; silent where stderr is no terminal. */
export class Progress {
  private shownMs = 0;
  private readonly live = process.stderr.isTTY === true && process.env.CI === undefined;

  /** @param what follows the number, e.g. "events replayed" */
  constructor(private readonly what: string) {}

  show(done: number): void {
    if (!this.live || performance.now() - this.shownMs < EVERY_MS) return;
    this.shownMs = performance.now();
    process.stderr.write(`\r${done.toLocaleString('en-US')} ${this.what} `);
  }

  clear(): void {
    if (this.live) process.stderr.write('\r\u001b[K');
  }
}
