import {
  closeSync,
  constants,
  fdatasync,
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
  /** Lines that are to be on disk, and are not known to be. */
  private unsynced: Written[] = [];
  /** While a wait is under way: all that it is for, and all that was written since. A descriptor tells an error once, to either. */
  private inFlight: Written[] | null = null;
  private isRefused = false;
  private isClosed = false;

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
   * Writes one line. A write that fails leaves the file as it was.
   * @param wait for the disk: now, by the next `flush`, or never: the system will see to it
   * @throws the system error (ENOSPC, EIO, ...): the caller must then act as if the line did not happen
   */
  append(record: object, wait: 'now' | 'later' | 'never' = 'now'): void {
    if (this.isClosed) throw new Error(`${this.file} is closed`);
    const bytes = Buffer.from(`${JSON.stringify(record)}\n`);
    try {
      this.write({ bytes, at: this.sizeBytes });
      if (wait === 'now') this.syncNow();
    } catch (error) {
      this.cutBack();
      throw error;
    }
    if (wait === 'later') this.unsynced.push({ bytes, at: this.sizeBytes });
    if (wait !== 'never') this.inFlight?.push({ bytes, at: this.sizeBytes });
    this.sizeBytes += bytes.length;
  }

  /**
   * Until the disk has every line that was written before, without waiting for it here.
   * @throws the system error: a disk that has refused once may have dropped what it was given, so the next call writes it again
   */
  async flush(): Promise<void> {
    if (this.unsynced.length === 0 || this.isClosed) return;
    this.inFlight = this.unsynced.slice();
    this.unsynced = [];
    try {
      if (this.isRefused) for (const line of this.inFlight) this.write(line);
      this.isRefused = false;
      await synced(this.descriptor);
      if (this.isRefused) throw new Error('the disk refused meanwhile');
    } catch (error) {
      // Closing waits for the disk itself.
      if (this.isClosed) return;
      this.isRefused = true;
      this.unsynced = this.inFlight;
      throw error;
    } finally {
      this.inFlight = null;
    }
  }

  /** @throws the system error where the last lines may not be on disk */
  close(): void {
    this.isClosed = true;
    try {
      this.syncNow();
    } finally {
      closeSync(this.descriptor);
    }
  }

  private write({ bytes, at }: Written): void {
    for (let written = 0; written < bytes.length; )
      written += writeSync(this.descriptor, bytes, written, bytes.length - written, at + written);
  }

  /** Whatever was written before is on disk with it. */
  private syncNow(): void {
    if (this.isRefused) for (const line of [...(this.inFlight ?? []), ...this.unsynced]) this.write(line);
    this.isRefused = true;
    fdatasyncSync(this.descriptor);
    this.isRefused = false;
    this.unsynced = [];
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

interface Written {
  readonly bytes: Buffer;
  readonly at: number;
}

function synced(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => fdatasync(descriptor, (error) => (error ? reject(error) : resolve())));
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
