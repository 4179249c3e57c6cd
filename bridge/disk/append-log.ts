import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

/**
 * A file of JSON lines that only grows. A line counts once its newline is on disk: `open` cuts a torn last line off,
 * so whoever reads the file later sees whole lines only.
 */
export class AppendLog {
  private constructor(
    readonly file: string,
    /** Whole lines that were in the file when it was opened, parsed. */
    readonly found: readonly unknown[],
    /** Bytes of a torn last line that `open` cut off. */
    readonly tornBytes: number,
    private descriptor: number,
    private sizeBytes: number,
  ) {}

  /** Creates the file (and its folder) where missing. @throws SyntaxError when a whole line is not JSON */
  static open(file: string): AppendLog {
    mkdirSync(path.dirname(file), { recursive: true });
    const descriptor = openSync(file, 'a+');
    const bytes = readFileSync(file);
    const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
    if (wholeBytes < bytes.length) {
      ftruncateSync(descriptor, wholeBytes);
      fdatasyncSync(descriptor);
    }
    const lines = bytes
      .toString('utf8', 0, wholeBytes)
      .split('\n')
      .filter((line) => line.length > 0);
    const found = lines.map((line) => JSON.parse(line) as unknown);
    return new AppendLog(file, found, bytes.length - wholeBytes, descriptor, wholeBytes);
  }

  /**
   * Writes one line; `durable` also waits until the disk has it. A write that fails leaves the file as it was.
   * @throws the system error (ENOSPC, EIO, ...): the caller must then act as if the line did not happen
   */
  append(record: object, durable = true): void {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    try {
      for (let written = 0; written < line.length; ) written += writeSync(this.descriptor, line, written);
      if (durable) fdatasyncSync(this.descriptor);
    } catch (error) {
      this.cutBack();
      throw error;
    }
    this.sizeBytes += line.length;
  }

  close(): void {
    fdatasyncSync(this.descriptor);
    closeSync(this.descriptor);
  }

  private cutBack(): void {
    try {
      if (fstatSync(this.descriptor).size > this.sizeBytes) ftruncateSync(this.descriptor, this.sizeBytes);
    } catch {
      // The disk refuses even that: the next open cuts the torn line.
    }
  }
}
