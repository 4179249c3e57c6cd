import type { SierraLayout } from '../../shared/market/sierra/sierra-file.js';
import { type FilePlace, type GrowingFile, MARKED_RECORDS, markOf } from './growing-file.js';

const NOTHING = Buffer.alloc(0);

/**
 * Goes through the records of a file that is opened anew at each look. It says where it is by the bytes that it took, never by
 * what the file holds there afterwards: a file may be written anew while it is read.
 */
export class RecordCursor {
  /** The next record begins at `at`; before it lie those that were taken, as many as are marked. */
  bytes: Buffer = NOTHING;
  at = 0;
  private file: GrowingFile | null = null;
  private first: Buffer = NOTHING;
  private isChanged = false;
  /** How far the file reached when it was looked at, and when that was: oldest first. */
  private seen: { readonly endOffset: number; readonly atMs: number }[] = [];
  private readonly markedBytes: number;

  constructor(
    private readonly layout: SierraLayout,
    /** Of the next record, in the file. */
    public offset: number,
  ) {
    this.markedBytes = MARKED_RECORDS * layout.recordBytes;
  }

  /** A look begins: what was read ahead is read anew. */
  begin(file: GrowingFile, nowMs: number): void {
    this.file = file;
    this.load();
    if (file.endOffset > (this.seen.at(-1)?.endOffset ?? 0)) this.seen.push({ endOffset: file.endOffset, atMs: nowMs });
    while (this.seen.length > 1 && this.seen[0]!.endOffset <= this.offset) this.seen.shift();
  }

  /** Goes on elsewhere in the file. */
  jump(offset: number): void {
    this.offset = offset;
    this.load();
  }

  /** Goes on in another file, which begins next. */
  restart(offset: number): void {
    this.offset = offset;
    this.file = null;
    this.seen = [];
    this.load();
  }

  /** Where it is, and what it took before. */
  place(): FilePlace {
    return { offset: this.offset, mark: markOf(this.first, this.taken()) };
  }

  /** Whether the record `ahead` of the next one is there; if so it begins at `at + ahead * recordBytes`. */
  has(ahead = 0): boolean {
    const needed = (ahead + 1) * this.layout.recordBytes;
    while (this.bytes.length - this.at < needed) if (!this.readMore()) return false;
    return true;
  }

  take(records = 1): void {
    this.at += records * this.layout.recordBytes;
    this.offset += records * this.layout.recordBytes;
  }

  /** Wall ms at which the next record was first there; now where that is not known. */
  nextSeenAtMs(nowMs: number): number {
    return this.seen.find(({ endOffset }) => endOffset > this.offset)?.atMs ?? nowMs;
  }

  private readMore(): boolean {
    if (this.file === null || this.isChanged) return false;
    const more = this.file.readFrom(this.offset + this.bytes.length - this.at);
    if (more.length === 0) return false;
    const before = this.taken();
    // What was written anew in the meantime belongs to another file: the next look finds that out.
    this.isChanged = !this.file.firstRecord().equals(this.first) || !this.file.readBefore(this.offset).equals(before);
    if (this.isChanged) return false;
    this.bytes = Buffer.concat([before, this.bytes.subarray(this.at), more]);
    this.at = before.length;
    return true;
  }

  private taken(): Buffer {
    return this.bytes.subarray(Math.max(0, this.at - this.markedBytes), this.at);
  }

  private load(): void {
    this.isChanged = false;
    this.first = this.file?.firstRecord() ?? NOTHING;
    this.bytes = this.file?.readBefore(this.offset) ?? NOTHING;
    this.at = this.bytes.length;
  }
}
