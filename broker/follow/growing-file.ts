import { createHash } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { z } from 'zod';
import { BadInput } from '../../shared/failure.js';
import { requireLayout, type SierraLayout } from '../../shared/market/sierra/sierra-file.js';
import { NotPlainFile, openPlainFile } from '../../shared/node/disk/plain-file.js';

/** Up to where a file was followed, and what it held there. */
export const filePlace = z.strictObject({
  /** First byte that was not taken. */
  offset: z.number().int().nonnegative(),
  /** Of the first record, and of those before the offset. */
  mark: z.string(),
});
export type FilePlace = Readonly<z.infer<typeof filePlace>>;

const CHUNK_BYTES = 1 << 20;
export const MARKED_RECORDS = 64;

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
    const descriptor = descriptorOf(path);
    if (descriptor === null) return null;
    try {
      const { size } = fstatSync(descriptor);
      const header = readAt(descriptor, 0, layout.headerBytes);
      // It may have shrunk in between.
      if (header.length < layout.headerBytes) {
        closeSync(descriptor);
        return null;
      }
      requireLayout(path, header, layout);
      const records = Math.max(0, Math.floor((size - layout.headerBytes) / layout.recordBytes));
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

  get records(): number {
    return (this.endOffset - this.layout.headerBytes) / this.layout.recordBytes;
  }

  /** Whole records from an offset on, as many as one read brings; empty at the end. */
  readFrom(offset: number): Buffer {
    const { recordBytes } = this.layout;
    const wanted = Math.min(this.endOffset - offset, Math.floor(CHUNK_BYTES / recordBytes) * recordBytes);
    return wanted <= 0 ? Buffer.alloc(0) : this.wholeAt(offset, wanted);
  }

  /** The records before an offset, as many as are marked. */
  readBefore(offset: number): Buffer {
    const { headerBytes, recordBytes } = this.layout;
    const from = Math.max(headerBytes, offset - MARKED_RECORDS * recordBytes);
    return this.wholeAt(from, Math.max(0, offset - from));
  }

  /** The first record; empty where there is none. */
  firstRecord(): Buffer {
    return this.recordAt(0);
  }

  /** Empty where it is not there, or not any more. */
  recordAt(index: number): Buffer {
    const { headerBytes, recordBytes } = this.layout;
    return this.wholeAt(headerBytes + index * recordBytes, recordBytes);
  }

  private wholeAt(offset: number, length: number): Buffer {
    const bytes = readAt(this.descriptor, offset, length);
    return bytes.subarray(0, bytes.length - (bytes.length % this.layout.recordBytes));
  }
}

/** Of what was taken: the first record of the file, and those before the place. */
export function markOf(first: Buffer, before: Buffer): string {
  const hash = createHash('sha256');
  if (before.length > 0) hash.update(first).update(before);
  return hash.digest('hex').slice(0, 32);
}

/** Null where there is no such file. @throws BadInput where it is a pipe, a device or a folder: opening it could wait for ever */
function descriptorOf(path: string): number | null {
  try {
    return openPlainFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    if (error instanceof NotPlainFile) throw new BadInput(path, undefined, error.message, 'see what put it there');
    throw error;
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
