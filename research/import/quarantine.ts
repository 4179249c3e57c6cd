import { LineFile } from '../generator/line-file.js';

/** Rows that an import could not use, as JSON lines `{where, reason, raw}`. The file appears whole or not at all. */
export class Quarantine {
  rows = 0;
  private lines: LineFile | null = null;

  constructor(readonly file: string) {}

  add(where: string, reason: string, raw: string): void {
    this.rows++;
    this.lines ??= new LineFile(this.file);
    this.lines.write(`${JSON.stringify({ where, reason, raw })}\n`);
  }

  /** @returns true where there is anything in quarantine */
  finish(): boolean {
    this.lines?.finish();
    return this.lines !== null;
  }

  discard(): void {
    this.lines?.discard();
  }
}
