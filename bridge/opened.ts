import { runAll } from './run-all.js';

/** What has been opened so far: closed in the reverse order, by a stop and by a start that does not succeed alike. */
export class Opened {
  private readonly closers: (() => Promise<void> | void)[] = [];

  closeBy(close: () => Promise<void> | void): void {
    this.closers.unshift(close);
  }

  /** Closes all of it, also where one step fails. @throws the first failure */
  close(): Promise<void> {
    return runAll(this.closers.splice(0));
  }
}
