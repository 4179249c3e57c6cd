import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { OPEN_SUFFIX, segmentFile } from '../../shared/contract/capture-file.js';
import type { DepthHeader } from '../../shared/market/events/depth-header.js';
import { formatHeaderLine } from '../../shared/market/events/depth-line.js';
import { BEHIND_MS } from '../behind-orders.js';
import { renamePatiently, syncFolderInBackground } from '../disk/replace-in-background.js';
import { keepPosition } from './segment.js';

/** When a segment is closed and the next one begun; a new trade date always begins one. */
export interface SegmentLimits {
  readonly sizeBytesMax: number;
  readonly ageMsMax: number;
  /** Lines that a slow or full disk may hold up in memory; more are dropped, counted and recorded as a gap. */
  readonly pendingBytesMax: number;
}

interface Options {
  readonly folder: string;
  readonly header: DepthHeader;
  readonly limits: SegmentLimits;
  readonly onTrouble: (error: Error | null) => void;
}

interface LinesJob {
  readonly kind: 'lines';
  readonly bytes: Buffer;
  readonly lastSeq: number;
}
type Job = LinesJob | { readonly kind: 'segment'; readonly tradeDate: string; readonly levels: number };

const RETRY_MS = 500;
const CHUNK_BYTES = 256 * 1024;
/** A flood does not wait. */
const AT_ONCE_BYTES = 4096;
/** Far below what one call to the operating system may take. */
const CHUNKS_PER_WRITE = 64;
const UTF8_BYTES_MAX = 3;

/** The files behind a capture: one job after the other, so that lines stay in order across rotations and retries. */
export class SegmentFiles {
  /** Lines of this millisecond. As bytes at once: strings that live until the flush cost twice the time. */
  private chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  private chunkBytes = 0;
  private chunkLastSeq = 0;
  private readonly jobs: Job[] = [];
  /** Last segment number of each trade date. */
  private readonly numbers: Map<string, number>;
  private pendingBytes = 0;
  private droppedLines = 0;
  private working: Promise<void> | undefined;
  private flushAsked = false;
  /** Of the newest segment that was asked for. */
  private asked: { readonly tradeDate: string; readonly levels: number };
  private tradeDate = '';
  private levels: number;
  private current:
    | { handle: FileHandle; file: string; sizeBytes: number; openedAtMs: number; lastSeq: number }
    | undefined;
  private inTrouble = false;
  private closing = false;
  private readonly ageTimer: NodeJS.Timeout;

  constructor(
    private readonly options: Options,
    lastNumber: ReadonlyMap<string, number>,
    private readonly recordGap: (reason: string) => void,
  ) {
    this.numbers = new Map(lastNumber);
    this.levels = options.header.levels;
    this.asked = { tradeDate: '', levels: this.levels };
    this.ageTimer = setInterval(() => this.closeOld(), Math.min(options.limits.ageMsMax, 5000));
    this.ageTimer.unref();
  }

  /** Lines that the disk has not taken yet. */
  get backlogBytes(): number {
    return this.pendingBytes + this.chunkBytes;
  }

  /** The lines from here on belong to another trade date, or to a book of other depth: into a segment of their own. */
  startSegment(change: { readonly tradeDate?: string; readonly levels?: number } = {}): void {
    this.cutChunk();
    this.asked = { ...this.asked, ...change };
    this.jobs.push({ kind: 'segment', ...this.asked });
  }

  /** @param seq the line's sequence number */
  write(line: string, seq: number): void {
    // Once a line is dropped all are, until there is room again: the gap's line comes before any that follows the gap.
    if (this.droppedLines > 0 || this.backlogBytes > this.options.limits.pendingBytesMax) {
      this.droppedLines++;
      return;
    }
    if (this.chunkBytes + line.length * UTF8_BYTES_MAX > this.chunk.length) this.cutChunk();
    this.chunkBytes += this.chunk.write(line, this.chunkBytes);
    this.chunkLastSeq = seq;
    if (this.flushAsked) return;
    this.flushAsked = true;
    setImmediate(() => {
      if (this.chunkBytes >= AT_ONCE_BYTES) this.flush();
      else setTimeout(() => this.flush(), BEHIND_MS);
    });
  }

  async close(): Promise<void> {
    this.closing = true;
    clearInterval(this.ageTimer);
    this.flush();
    await this.working;
    await this.closeSegment();
  }

  private flush(): void {
    this.flushAsked = false;
    this.cutChunk();
    this.working ??= this.work().finally(() => {
      this.working = undefined;
    });
  }

  private cutChunk(): void {
    if (this.chunkBytes === 0) return;
    const bytes = this.chunk.subarray(0, this.chunkBytes);
    this.pendingBytes += bytes.length;
    this.jobs.push({ kind: 'lines', bytes, lastSeq: this.chunkLastSeq });
    // What is left of the buffer takes the next lines, unless it is nearly used up.
    const left = this.chunk.subarray(this.chunkBytes);
    this.chunk = left.length < CHUNK_BYTES / 8 ? Buffer.allocUnsafe(CHUNK_BYTES) : left;
    this.chunkBytes = 0;
  }

  private async work(): Promise<void> {
    while (this.jobs.length > 0) {
      try {
        await this.closeFull();
        const done = await this.perform(this.jobs[0]!);
        // From here on these jobs are done with, whatever the disk says next: lines must not be written twice.
        this.jobs.splice(0, done);
        await this.closeFull();
        this.trouble(null);
        this.reportDrops();
      } catch (error) {
        this.trouble(error as Error);
        if (this.closing) return;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
      this.cutChunk();
    }
  }

  /** @returns how many jobs are done with */
  private async perform(job: Job): Promise<number> {
    if (job.kind === 'segment') {
      await this.closeSegment();
      this.tradeDate = job.tradeDate;
      this.levels = job.levels;
      return 1;
    }
    const segment = this.current ?? (await this.openSegment());
    const lines = this.linesWaiting(this.options.limits.sizeBytesMax - segment.sizeBytes);
    const sizeBytes = lines.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const parts = lines.map(({ bytes }) => bytes);
    await writeAt(segment.handle, parts, segment.sizeBytes);
    segment.sizeBytes += sizeBytes;
    segment.lastSeq = lines.at(-1)!.lastSeq;
    this.pendingBytes -= sizeBytes;
    return lines.length;
  }

  /**
   * The lines at the head of the queue until the segment is full: written at once, because a write costs a turn of the
   * event loop, and one turn may bring more events than fit one chunk.
   */
  private linesWaiting(roomBytes: number): LinesJob[] {
    const lines: LinesJob[] = [];
    let sizeBytes = 0;
    for (const job of this.jobs) {
      if (job.kind !== 'lines' || lines.length === CHUNKS_PER_WRITE) break;
      lines.push(job);
      sizeBytes += job.bytes.length;
      if (sizeBytes >= roomBytes) break;
    }
    return lines;
  }

  private async openSegment(): Promise<NonNullable<typeof this.current>> {
    const { header, folder } = this.options;
    const { tradeDate, levels } = this;
    const number = (this.numbers.get(tradeDate) ?? 0) + 1;
    const file = path.join(folder, segmentFile({ instrument: header.instrument, tradeDate, number }));
    const handle = await open(`${file}${OPEN_SUFFIX}`, 'w');
    const bytes = Buffer.from(formatHeaderLine({ ...header, tradeDate, levels }));
    try {
      await writeAt(handle, [bytes], 0);
    } catch (error) {
      await handle.close();
      throw error;
    }
    this.numbers.set(tradeDate, number);
    this.current = { handle, file, sizeBytes: bytes.length, openedAtMs: performance.now(), lastSeq: 0 };
    return this.current;
  }

  /** A segment that is large or old enough gets its final name. */
  private async closeFull(): Promise<void> {
    const { sizeBytesMax, ageMsMax } = this.options.limits;
    if (!this.current) return;
    const { sizeBytes, openedAtMs } = this.current;
    if (sizeBytes >= sizeBytesMax || performance.now() - openedAtMs >= ageMsMax) await this.closeSegment();
  }

  /** May fail at every step, and is then done once more from the start. */
  private async closeSegment(): Promise<void> {
    if (!this.current) return;
    const { handle, file, sizeBytes, lastSeq } = this.current;
    const isOpen = handle.fd >= 0;
    if (isOpen) {
      // What a failed write has left is still to be written: it belongs to the next segment.
      await handle.truncate(sizeBytes);
      await handle.sync();
    }
    const { folder, header } = this.options;
    await keepPosition(folder, header.instrument, { lastSeq, lastNumber: this.numbers });
    if (isOpen) await handle.close();
    await renamePatiently(`${file}${OPEN_SUFFIX}`, file);
    this.current = undefined;
    await syncFolderInBackground(path.dirname(file));
  }

  /** A quiet market must not keep a segment open: the next tier waits for closed ones. */
  private closeOld(): void {
    if (!this.current || performance.now() - this.current.openedAtMs < this.options.limits.ageMsMax) return;
    this.startSegment();
    this.flush();
  }

  private trouble(error: Error | null): void {
    if (error === null && !this.inTrouble) return;
    this.inTrouble = error !== null;
    this.options.onTrouble(error);
  }

  private reportDrops(): void {
    if (this.droppedLines === 0 || this.pendingBytes > this.options.limits.pendingBytesMax / 2) return;
    const count = this.droppedLines;
    this.droppedLines = 0;
    this.recordGap(`the disk was full or too slow: ${count} lines were not recorded`);
  }
}

/** Writes all of `parts` at an offset, so that a failed write can be tried again without a trace. */
async function writeAt(handle: FileHandle, parts: readonly Buffer[], offset: number): Promise<void> {
  let left = parts;
  for (let at = offset; left.length > 0; ) {
    const { bytesWritten } = await handle.writev(left, at);
    at += bytesWritten;
    left = without(left, bytesWritten);
  }
}

/** What is left of `parts` after their first bytes. */
function without(parts: readonly Buffer[], bytes: number): readonly Buffer[] {
  const left: Buffer[] = [];
  let over = bytes;
  for (const part of parts) {
    if (over < part.length) left.push(part.subarray(over));
    over = Math.max(0, over - part.length);
  }
  return left;
}
