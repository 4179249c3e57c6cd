import { BadInput } from '../failure.js';
import { openByteSource } from './byte-source.js';

/** Whole lines: `bytes` from 0 to `end`, just behind a LF. */
export interface LineBlock {
  readonly bytes: Buffer;
  readonly end: number;
}

/** Bytes behind a block's end that exist (and mean nothing), for readers that load several bytes at once. */
export const BLOCK_PADDING_BYTES = 64;

const READ_BYTES = 1 << 20;
const LINE_BYTES_MAX = 64 * 1024;
const LF = 10;

/**
 * A text file (plain or .gz) in blocks of whole lines; a last line without LF gets one. The memory of a block is reused
 * for the next one, so that a file of any size needs the same.
 * @throws BadInput naming the file; the signal's reason when aborted
 */
export async function* lineBlocks(path: string, signal?: AbortSignal): AsyncGenerator<LineBlock> {
  const source = await openByteSource(path);
  try {
    const bytes = Buffer.alloc(LINE_BYTES_MAX + READ_BYTES + BLOCK_PADDING_BYTES);
    const readable = bytes.subarray(0, bytes.length - BLOCK_PADDING_BYTES);
    let held = 0;
    for (;;) {
      signal?.throwIfAborted();
      const read = await source.readInto(readable, held);
      if (read === 0) break;
      const filled = held + read;
      const end = bytes.lastIndexOf(LF, filled - 1) + 1;
      held = filled - end;
      if (held > LINE_BYTES_MAX)
        throw new BadInput(
          path,
          undefined,
          `has a line longer than ${LINE_BYTES_MAX} bytes`,
          'give a file of short lines',
        );
      if (end > 0) yield { bytes, end };
      bytes.copyWithin(0, end, filled);
    }
    if (held > 0) {
      bytes[held] = LF;
      yield { bytes, end: held + 1 };
    }
  } finally {
    await source.close();
  }
}
