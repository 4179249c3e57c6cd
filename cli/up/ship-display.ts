import ora, { type Ora } from 'ora';
import { say, terminalText } from '../output.js';

/** Stages on a terminal as they happen: a spinner for the one under way, a line for each that is done. */
export class ShipDisplay {
  private spinner: Ora | null = null;
  private stage = '';
  private stageBeganMs = Date.now();
  private readonly beganMs = Date.now();
  private readonly live = process.stderr.isTTY === true && process.env.CI === undefined;

  line(text: string): void {
    this.spinner?.clear();
    say(text);
  }

  doing(stage: string, detail: string): void {
    if (stage !== this.stage) {
      this.stage = stage;
      this.stageBeganMs = Date.now();
      if (!this.live) this.line(`${this.elapsed()}  ${stage} ...`);
    }
    if (!this.live) return;
    this.spinner ??= ora({ stream: process.stderr, discardStdin: false }).start();
    const seconds = ((Date.now() - this.stageBeganMs) / 1000).toFixed(0);
    const room = Math.max(20, (process.stderr.columns ?? 100) - stage.length - 16);
    const shown = detail.length > room ? `${detail.slice(0, room - 1)}…` : detail;
    this.spinner.text = terminalText(`${stage} ${seconds} s  ${shown}`);
  }

  done(stage: string, seconds: number): void {
    const text = `${this.elapsed()}  ${stage.padEnd(13)} ${seconds.toFixed(1).padStart(6)} s`;
    if (!this.live) this.line(text);
    else (this.spinner ?? ora({ stream: process.stderr })).succeed(terminalText(text));
    this.spinner = null;
  }

  stop(): void {
    this.spinner?.stop();
    this.spinner = null;
    this.stage = '';
  }

  private elapsed(): string {
    return `${((Date.now() - this.beganMs) / 1000).toFixed(1).padStart(7)} s`;
  }
}
