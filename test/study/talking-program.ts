import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program that says on its output how far it is. */
export class TalkingProgram {
  readonly lines: string[] = [];
  readonly ended: Promise<void>;
  stderr = '';

  constructor(readonly child: ChildProcess) {
    createInterface({ input: child.stdout! }).on('line', (line) => this.lines.push(line.trim()));
    child.stderr!.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
    });
    this.ended = once(child, 'close').then(() => undefined);
  }

  /** @throws where it ended before it said so, or did not say so in time */
  async until(isSo: (line: string) => boolean, limitMs = Number.POSITIVE_INFINITY): Promise<string> {
    const startedMs = performance.now();
    for (;;) {
      const line = this.lines.find(isSo);
      if (line !== undefined) return line;
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`the program ended: ${this.said}`);
      if (performance.now() - startedMs > limitMs) throw new Error(`not in ${limitMs / 1000} s: ${this.said}`);
      await sleep(2);
    }
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  protected get said(): string {
    return [...this.lines, this.stderr].join('\n');
  }
}
