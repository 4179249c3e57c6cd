import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';
import { requireLayout, type SierraLayout } from '../../shared/market/sierra/sierra-file.js';

/** Up to where a file was followed, and what it held there. */
export const filePlace = z.strictObject({
  /** First byte that was not taken. */
  offset: z.number().int().nonnegative(),
  /** Of the first record, and of those before the offset. */
  mark: z.string(),
});
export type FilePlace = Readonly<z.infer<typeof filePlace>>;

const CHUNK_BYTES = 1 << 20;
const MARKED_RECORDS = 64;

/**
 * A file of fixed records that another program appends to. It is open only while it is looked at, and for reading, so that
 * its owner may delete or replace it. Its last record counts when it is whole.
 */
export class GrowingFile {
  /** Bytes that are there, up to the last whole record, when it was opened. */
  private constructor(
    readonly path: string,
    private readonly layout: SierraLayout,
    private readonly descriptor: number,
    readonly endOffset: number,
  ) {}

  /** Null where there is no such file, or its header is not written yet. @throws BadInput where it is another kind of file */
  static open(path: string, layout: SierraLayout): GrowingFile | null {
    let descriptor: number;
    try {
      descriptor = openSync(path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    try {
      const { size } = fstatSync(descriptor);
      if (size < layout.headerBytes) {
        closeSync(descriptor);
        return null;
      }
      requireLayout(path, readAt(descriptor, 0, layout.headerBytes), layout);
      const records = Math.floor((size - layout.headerBytes) / layout.recordBytes);
      return new GrowingFile(path, layout, descriptor, layout.headerBytes + records * layout.recordBytes);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }

  get startOffset(): number {
    return this.layout.headerBytes;
  }

  /** Whole records from an offset on, as many as one read brings; empty at the end. */
  readFrom(offset: number): Buffer {
    const { recordBytes } = this.layout;
    const wanted = Math.min(this.endOffset - offset, Math.floor(CHUNK_BYTES / recordBytes) * recordBytes);
    if (wanted <= 0) return Buffer.alloc(0);
    const bytes = readAt(this.descriptor, offset, wanted);
    return bytes.subarray(0, bytes.length - (bytes.length % recordBytes));
  }

  /** The last whole record; null where there is none. */
  lastRecord(): Buffer | null {
    const { headerBytes, recordBytes } = this.layout;
    return this.endOffset === headerBytes ? null : readAt(this.descriptor, this.endOffset - recordBytes, recordBytes);
  }

  recordAt(index: number): Buffer {
    const { headerBytes, recordBytes } = this.layout;
    return readAt(this.descriptor, headerBytes + index * recordBytes, recordBytes);
  }

  get records(): number {
    return (this.endOffset - this.layout.headerBytes) / this.layout.recordBytes;
  }

  placeAt(offset: number): FilePlace {
    return { offset, mark: this.markAt(offset) };
  }

  /** Whether what was followed is still there, byte for byte as far as it was marked. */
  holds({ offset, mark }: FilePlace): boolean {
    return offset <= this.endOffset && this.markAt(offset) === mark;
  }

  private markAt(offset: number): string {
    const { headerBytes, recordBytes } = this.layout;
    const first = readAt(this.descriptor, headerBytes, Math.min(recordBytes, offset - headerBytes));
    const from = Math.max(headerBytes, offset - MARKED_RECORDS * recordBytes);
    const last = readAt(this.descriptor, from, offset - from);
    return createHash('sha256').update(first).update(last).digest('hex').slice(0, 32);
  }
}

/** As many of the bytes as there are. */
function readAt(descriptor: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const read = readSync(descriptor, bytes, done, length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}
