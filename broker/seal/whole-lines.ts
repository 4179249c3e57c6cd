import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { RANGE_BYTES_MAX } from '../../shared/contract/batch.js';
import { SealSourceChanged } from './seal-failure.js';

const CHUNK_BYTES = 64 * 1024;
const LF = 10;

/**
 * Where the whole lines of a growing file end, at most `RANGE_BYTES_MAX` behind `from`; `from` where there is none yet. A torn last
 * line waits. First it is seen to that the disk has these lines: the bridge does not wait for every line of its logs, and
 * what a power cut takes back must not have been sealed.
 * @throws SealSourceChanged where the file ends before `from`, or a line is too long
 */
export function wholeLinesEnd(file: string, from: number): number {
  const size = sizeAfterSync(file);
  if (size < from) throw new SealSourceChanged(file, `has ${size} bytes, of which ${from} were sealed before`);
  const limit = Math.min(size, from + RANGE_BYTES_MAX);
  const end = lastLineEnd(file, from, limit);
  if (end === from && limit < size)
    throw new SealSourceChanged(file, `has a line of more than ${RANGE_BYTES_MAX} bytes at byte ${from}`);
  return end;
}

function sizeAfterSync(file: string): number {
  // Windows flushes only what is open for writing. Nothing is written.
  const descriptor = openSync(file, process.platform === 'win32' ? 'r+' : 'r');
  try {
    const { size } = fstatSync(descriptor);
    fdatasyncSync(descriptor);
    return size;
  } finally {
    closeSync(descriptor);
  }
}

function lastLineEnd(file: string, from: number, limit: number): number {
  const descriptor = openSync(file, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let end = limit; end > from; end -= CHUNK_BYTES) {
      const start = Math.max(from, end - CHUNK_BYTES);
      const read = readSync(descriptor, chunk, 0, end - start, start);
      const newline = chunk.subarray(0, read).lastIndexOf(LF);
      if (newline >= 0) return start + newline + 1;
    }
    return from;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Whether the bytes that were sealed last are still those: a file that was replaced by another is noticed, at the price of reading
 * the last part once more.
 * @throws SealSourceChanged
 */
export async function requireSame(
  file: string,
  { from, to, sha256 }: { readonly from: number; readonly to: number; readonly sha256: string },
): Promise<void> {
  const source = await open(file, 'r');
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.alloc(Math.min(1 << 20, to - from));
    for (let at = from; at < to; ) {
      const { bytesRead } = await source.read(chunk, 0, Math.min(chunk.length, to - at), at);
      if (bytesRead === 0) break;
      hash.update(chunk.subarray(0, bytesRead));
      at += bytesRead;
    }
    if (hash.digest('hex') !== sha256)
      throw new SealSourceChanged(file, `is another file than the one that was sealed up to byte ${to}`);
  } finally {
    await source.close();
  }
}
