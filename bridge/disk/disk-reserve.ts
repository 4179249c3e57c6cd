import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';

/** A thousand lines of a journal. */
export const RESERVE_BYTES = 256 * 1024;
/** A block of the usual file systems: given back one by one, so that whoever else waits for room finds none left over. */
const SLICE_BYTES = 4096;

/**
 * Room on the disk that is kept for what must be written even when the disk is full: a file whose blocks are really
 * there, and which is cut shorter by a block each time one is needed.
 */
export class DiskReserve {
  private constructor(
    private readonly descriptor: number,
    private sizeBytes: number,
  ) {}

  /** Takes nothing yet: `refill` does. @throws the system error */
  static open(file: string): DiskReserve {
    mkdirSync(path.dirname(file), { recursive: true });
    const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT);
    return new DiskReserve(descriptor, Math.min(fstatSync(descriptor).size, RESERVE_BYTES));
  }

  /** Leaves one block to the disk. @returns false where no more than `keepBytes` would be left */
  giveBack(keepBytes: number): boolean {
    const leftBytes = this.sizeBytes - SLICE_BYTES;
    if (leftBytes < keepBytes) return false;
    ftruncateSync(this.descriptor, leftBytes);
    fsyncSync(this.descriptor);
    this.sizeBytes = leftBytes;
    return true;
  }

  /** Takes what is missing, as far as there is room. @throws the system error where there is not enough */
  refill(): void {
    if (this.sizeBytes >= RESERVE_BYTES) return;
    for (; this.sizeBytes < RESERVE_BYTES; this.sizeBytes += SLICE_BYTES) this.takeSlice();
    fsyncSync(this.descriptor);
  }

  close(): void {
    closeSync(this.descriptor);
  }

  /** Bytes that no file system can shrink or leave out. */
  private takeSlice(): void {
    const slice = randomBytes(SLICE_BYTES);
    for (let written = 0; written < slice.length; )
      written += writeSync(this.descriptor, slice, written, slice.length - written, this.sizeBytes + written);
  }
}
