import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

/** Little enough for others to have their turn between two of them. */
const BUFFER_BYTES = 1 << 18;

/**
 * sha256 of a part of a file; to its end where `toByte` is infinite. Two buffers take turns: one is read, one is hashed.
 * @throws the signal's reason when aborted
 */
export async function hashOfBytes(
  file: string,
  fromByte = 0,
  toByte = Number.POSITIVE_INFINITY,
  signal?: AbortSignal,
): Promise<{ sha256: string; toByte: number }> {
  const hash = createHash('sha256');
  const handle = await open(file, 'r');
  try {
    let [filling, filled] = [Buffer.allocUnsafe(BUFFER_BYTES), Buffer.allocUnsafe(BUFFER_BYTES)];
    let at = fromByte;
    for (let bytes = await fill(handle, filling, at, toByte); bytes > 0; ) {
      [filling, filled] = [filled, filling];
      at += bytes;
      const reading = fill(handle, filling, at, toByte);
      hash.update(filled.subarray(0, bytes));
      bytes = await reading;
      signal?.throwIfAborted();
    }
    return { sha256: hash.digest('hex'), toByte: at };
  } finally {
    await handle.close();
  }
}

/** @returns bytes read; 0 at the end */
async function fill(handle: FileHandle, buffer: Buffer, at: number, toByte: number): Promise<number> {
  return (await handle.read(buffer, 0, Math.min(buffer.length, Math.max(0, toByte - at)), at)).bytesRead;
}

export async function sizeOf(file: string): Promise<number> {
  const handle = await open(file, 'r');
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}
