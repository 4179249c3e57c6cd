import { createInterface, type Interface } from 'node:readline';
import { UsageFailure } from '../../shared/failure.js';
import { say } from '../output.js';
import type { Person, Step } from './run-bridge.js';

/** Asks and tells on the terminal; stdout stays free for the result. */
export class TerminalPerson implements Person {
  private readonly isThere = process.stdin.isTTY === true;
  private readonly asks: boolean;
  /** Plain lines: a terminal that reads single keys would swallow Ctrl-C. */
  private readonly lines: Interface | undefined;
  private announced = '';

  /** @throws UsageFailure where somebody is to be asked and nobody is there */
  constructor({ asks }: { readonly asks: boolean }) {
    if (asks && !this.isThere)
      throw new UsageFailure('a rehearsal asks before it sends orders, and no terminal is there', 'give --yes');
    this.asks = asks;
    if (this.isThere) this.lines = createInterface({ input: process.stdin, terminal: false });
  }

  async allows(step: Step, cost: string): Promise<boolean> {
    this.announce(step);
    say(`     ${cost}`);
    if (!this.asks) return true;
    process.stderr.write('     do it? [y/N] ');
    const answer = await this.nextLine();
    return /^y(es)?$/i.test(answer.trim());
  }

  get skips() {
    if (!this.isThere) return null;
    return async (instruction: string, over: AbortSignal) => {
      say(`  -> ${instruction}   (Enter to skip)`);
      await this.nextLine(over);
    };
  }

  progress(step: Step, text: string): void {
    this.announce(step);
    say(`     ${text}`);
  }

  close(): void {
    this.lines?.close();
  }

  private announce({ id, title }: Step): void {
    if (this.announced !== id) say(`${id.padEnd(4)} ${title}`);
    this.announced = id;
  }

  /** Empty where the terminal is gone. Never resolves after `over`: nobody waits any more. */
  private nextLine(over?: AbortSignal): Promise<string> {
    return new Promise((resolve) => {
      const { lines } = this;
      const answer = (text: string) => {
        lines?.off('line', answer);
        lines?.off('close', gone);
        resolve(text);
      };
      const gone = () => answer('');
      lines?.on('line', answer);
      lines?.on('close', gone);
      over?.addEventListener('abort', () => {
        lines?.off('line', answer);
        lines?.off('close', gone);
      });
    });
  }
}
