import { BadInput } from '../../failure.js';
import { byteOrderMarkBytes } from '../../fields/byte-order-mark.js';
import { type ByteSource, openByteSource } from './byte-source.js';

/** Whole lines: `bytes` from `start` to `end`, just behind a LF. */
export interface LineBlock {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Bytes behind a block's end that exist (and mean nothing), for readers that load several bytes at once. */
export const BLOCK_PADDING_BYTES = 64;

const READ_BYTES = 1 << 20;
const LINE_BYTES_MAX = 64 * 1024;
const LF = 10;

/**
 * A text file (plain or packed) in blocks of whole lines; a last line without LF gets one. A block is valid until the
 * next one is asked for: two buffers take turns, one is filled while the other is used, whatever the file's size.
 * @throws BadInput naming the file; the signal's reason when aborted
 */
export async function* lineBlocks(path: string, signal?: AbortSignal): AsyncGenerator<LineBlock> {
  const source = await openByteSource(path);
  let [filling, used] = [newBuffer(), newBuffer()];
  let reading = readAhead(source, filling);
  /** The beginning of a line whose end was not read yet; it lies in `used`. */
  let tail: LineBlock = { bytes: used, start: 0, end: 0 };
  let isFirst = true;
  try {
    for (let read = await reading; read > 0; read = await reading) {
      signal?.throwIfAborted();
      const bytes = filling;
      // What is read lies behind room for the tail, which is copied before its own buffer is filled again.
      let start =
        LINE_BYTES_MAX - tail.bytes.copy(bytes, LINE_BYTES_MAX - (tail.end - tail.start), tail.start, tail.end);
      if (isFirst) start += byteOrderMarkBytes(bytes, start);
      isFirst = false;
      [filling, used] = [used, filling];
      reading = readAhead(source, filling);
      const filled = LINE_BYTES_MAX + read;
      const end = Math.max(start, bytes.lastIndexOf(LF, filled - 1) + 1);
      tail = { bytes, start: end, end: filled };
      if (filled - end > LINE_BYTES_MAX)
        throw new BadInput(
          path,
          undefined,
          `has a line longer than ${LINE_BYTES_MAX} bytes`,
          'give a file of short lines',
        );
      if (end > start) yield { bytes, start, end };
    }
    if (tail.end > tail.start) {
      tail.bytes[tail.end] = LF;
      yield { ...tail, end: tail.end + 1 };
    }
  } finally {
    await reading.catch(() => undefined);
    await source.close();
  }
}

function newBuffer(): Buffer {
  return Buffer.alloc(LINE_BYTES_MAX + READ_BYTES + 1 + BLOCK_PADDING_BYTES);
}

function readAhead(source: ByteSource, buffer: Buffer): Promise<number> {
  const reading = source.readInto(buffer.subarray(0, LINE_BYTES_MAX + READ_BYTES), LINE_BYTES_MAX);
  // A failure is met where the result is awaited; until then nobody listens.
  reading.catch(() => undefined);
  return reading;
}
