import type { SierraLayout } from '../../shared/market/sierra/sierra-file.js';
import type { GrowingFile } from './growing-file.js';

/** Goes through the records of a file that is opened anew at each look. */
export class RecordCursor {
  /** The next record begins at `at`; what lies before it in `bytes` was taken. */
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  private file: GrowingFile | null = null;
  /** How far the file reached when it was looked at, and when that was: oldest first. */
  private seen: { readonly endOffset: number; readonly atMs: number }[] = [];

  constructor(
    private readonly layout: SierraLayout,
    /** Of the next record, in the file. */
    public offset: number,
  ) {}

  /** A look begins: what was read ahead is read anew. */
  begin(file: GrowingFile, nowMs: number): void {
    this.file = file;
    this.forget();
    if (file.endOffset > (this.seen.at(-1)?.endOffset ?? 0)) this.seen.push({ endOffset: file.endOffset, atMs: nowMs });
    while (this.seen.length > 1 && this.seen[0]!.endOffset <= this.offset) this.seen.shift();
  }

  /** Goes on elsewhere, in this file or another. */
  restart(offset: number): void {
    this.offset = offset;
    this.seen = [];
    this.forget();
  }

  /** Whether the record `ahead` of the next one is there; if so it begins at `at + ahead * recordBytes`. */
  has(ahead = 0): boolean {
    const { recordBytes } = this.layout;
    while (this.bytes.length - this.at < (ahead + 1) * recordBytes) {
      const left = this.bytes.length - this.at;
      const more = this.file?.readFrom(this.offset + left);
      if (more === undefined || more.length === 0) return false;
      this.bytes = left === 0 ? more : Buffer.concat([this.bytes.subarray(this.at), more]);
      this.at = 0;
    }
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

  private forget(): void {
    this.bytes = Buffer.alloc(0);
    this.at = 0;
  }
}
