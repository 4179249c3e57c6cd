import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BadInput } from '../failure.js';

/** Contents of a file from its beginning to its end, unpacked where its name ends in .gz. */
export interface ByteSource {
  /** Fills `target` from `offset` on, at least in part. @returns bytes read; 0 at the end @throws BadInput */
  readInto(target: Uint8Array, offset: number): Promise<number>;
  close(): Promise<void>;
}

/** @throws BadInput naming the file when it cannot be opened */
export async function openByteSource(path: string): Promise<ByteSource> {
  const file = await named(path, open(path, 'r'));
  return path.endsWith('.gz') ? gunzipped(path, file) : plain(path, file);
}

function plain(path: string, file: FileHandle): ByteSource {
  return {
    readInto: async (target, offset) => (await named(path, file.read(target, offset))).bytesRead,
    close: () => file.close(),
  };
}

const CHUNK_BYTES = 1 << 20;

function gunzipped(path: string, file: FileHandle): ByteSource {
  const packed = file.createReadStream({ highWaterMark: CHUNK_BYTES });
  const unpacked = pipeline(packed, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined);
  const chunks: AsyncIterator<Uint8Array> = unpacked[Symbol.asyncIterator]();
  let chunk = new Uint8Array(0);
  return {
    async readInto(target, offset) {
      while (chunk.length === 0) {
        const next = await named(path, chunks.next());
        if (next.done) return 0;
        chunk = next.value as Uint8Array<ArrayBuffer>;
      }
      const bytes = Math.min(chunk.length, target.length - offset);
      target.set(chunk.subarray(0, bytes), offset);
      chunk = chunk.subarray(bytes);
      return bytes;
    },
    async close() {
      unpacked.destroy();
      packed.destroy();
      await file.close();
    },
  };
}

/** The promise's value; its error as BadInput that names the file. */
async function named<T>(path: string, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw unreadable(path, error as NodeJS.ErrnoException);
  }
}

function unreadable(path: string, { code, message }: NodeJS.ErrnoException): BadInput {
  switch (code) {
    case 'ENOENT':
      return new BadInput(path, undefined, 'there is no such file', 'check the path');
    case 'EACCES':
    case 'EPERM':
      return new BadInput(path, undefined, 'may not be read by this user', 'check its permissions');
    case 'EISDIR':
      return new BadInput(path, undefined, 'is a folder', 'name a file');
    case 'Z_BUF_ERROR':
      return new BadInput(path, undefined, 'the gzip stream is cut off', 'copy the file again from its source');
    default:
      return new BadInput(path, undefined, `cannot be read: ${message}`, 'copy the file again from its source');
  }
}
