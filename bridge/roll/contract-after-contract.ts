import type { Opened } from '../opened.js';

export interface RunningBridge {
  /** Stops as after a SIGTERM: cancels the orders of decisions (where so set), closes connection, segment and journal. */
  stop(): Promise<void>;
  /** Rejects where the contract changed and the bridge for the next one did not start: the process has to end. Never resolves. */
  readonly failed: Promise<never>;
}

/**
 * One bridge after the other in one process, each for one contract: journal, capture, book, features, account and connection
 * begin anew with each, as after a restart, so that nothing of two contracts is ever mixed. Which contract it is says what is on
 * disk, so a process that is killed anywhere in between goes on the same way.
 */
export class ContractAfterContract implements RunningBridge {
  readonly failed: Promise<never>;
  private fail!: (error: unknown) => void;
  private opened: Opened | undefined;
  private changing: Promise<void> = Promise.resolve();
  private isStopping = false;

  constructor(private readonly open: (onRolled: () => void) => Promise<Opened>) {
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    // Whoever stops the bridge in time need not listen.
    this.failed.catch(() => {});
  }

  /** @throws what opening throws */
  async start(): Promise<void> {
    this.opened = await this.open(() => {
      // Told in the middle of a tick of the bridge that ends.
      setImmediate(() => {
        this.changing = this.change().catch((error: unknown) => this.fail(error));
      });
    });
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.changing;
    await this.close();
  }

  private async change(): Promise<void> {
    await this.close();
    if (!this.isStopping) await this.start();
  }

  private async close(): Promise<void> {
    const { opened } = this;
    this.opened = undefined;
    await opened?.close();
  }
}
