import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { BadInput } from '../../shared/failure.js';

/**
 * A file of JSON lines that only grows. A line counts once its newline is on disk: `open` cuts a torn last line off,
 * so whoever reads the file later sees whole lines only.
 */
export class AppendLog {
  private constructor(
    readonly file: string,
    private readonly descriptor: number,
    private sizeBytes: number,
  ) {}

  /** Creates the file (and its folder) where missing. */
  static open(file: string): AppendLog {
    mkdirSync(path.dirname(file), { recursive: true });
    // Not to append: Windows refuses to cut a file that is open for appending only.
    const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT);
    const { size } = fstatSync(descriptor);
    const wholeBytes = wholeBytesOf(descriptor, size);
    if (wholeBytes < size) {
      ftruncateSync(descriptor, wholeBytes);
      fdatasyncSync(descriptor);
    }
    return new AppendLog(file, descriptor, wholeBytes);
  }

  /** Every line, parsed. @throws BadInput when a whole line is not JSON */
  read(): unknown[] {
    const lines = readFileSync(this.file, 'utf8').split('\n');
    return lines.flatMap((line, index) => (line.length > 0 ? [this.parse(line, index + 1)] : []));
  }

  /**
   * Writes one line; `durable` also waits until the disk has it. A write that fails leaves the file as it was.
   * @throws the system error (ENOSPC, EIO, ...): the caller must then act as if the line did not happen
   */
  append(record: object, durable = true): void {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    try {
      for (let written = 0; written < line.length; )
        written += writeSync(this.descriptor, line, written, line.length - written, this.sizeBytes + written);
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

  private parse(line: string, number: number): unknown {
    try {
      return JSON.parse(line) as unknown;
    } catch (error) {
      throw new BadInput(this.file, `line ${number}`, `not JSON: ${(error as Error).message}`);
    }
  }

  private cutBack(): void {
    try {
      if (fstatSync(this.descriptor).size > this.sizeBytes) ftruncateSync(this.descriptor, this.sizeBytes);
    } catch {
      // The disk refuses even that: the next line is written over it, or the next open cuts it off.
    }
  }
}

const CHUNK_BYTES = 64 * 1024;

/** Bytes up to and with the last newline. */
function wholeBytesOf(descriptor: number, sizeBytes: number): number {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let end = sizeBytes; end > 0; end -= CHUNK_BYTES) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const read = readSync(descriptor, chunk, 0, end - start, start);
    const newline = chunk.subarray(0, read).lastIndexOf(0x0a);
    if (newline >= 0) return start + newline + 1;
  }
  return 0;
}
