import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BadInput } from '../../failure.js';
import { BadZstdFrame, isZstd, unpackZstdFrames } from './zstd-frames.js';

/** Contents of a file from its beginning to its end, unpacked where they are gzip or zstd. */
export interface ByteSource {
  /** What lies on disk is gzip or zstd. */
  readonly isPacked: boolean;
  /** Fills `target` from `offset` on, at least in part. @returns bytes read; 0 at the end @throws BadInput */
  readInto(target: Uint8Array, offset: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * @param startByte of the unpacked contents; only files that are not packed can be read from the middle
 * @throws BadInput naming the file when it cannot be opened
 */
export async function openByteSource(path: string, startByte = 0): Promise<ByteSource> {
  // A pipe would keep `open` waiting for a writer, and a device may never end.
  if (!(await named(path, stat(path))).isFile()) throw notPlain(path);
  const file = await named(path, open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
  try {
    const packing = await packingOf(path, file);
    if (packing === 'none') return plain(path, file, startByte);
    if (startByte > 0) throw new BadInput(path, undefined, 'is packed and cannot be read from its middle', 'unpack it');
    return fromStream(path, file, packing === 'gzip' ? gunzipped(file) : unzstded(file));
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** By content; a name in .gz makes damage at the very beginning show as damage. */
async function packingOf(path: string, file: FileHandle): Promise<'none' | 'gzip' | 'zstd'> {
  const magic = Buffer.alloc(4);
  await named(path, file.read(magic, 0, 4, 0));
  if (isZstd(magic.readUInt32LE())) return 'zstd';
  return magic.readUInt16BE() === GZIP_MAGIC || path.endsWith('.gz') ? 'gzip' : 'none';
}

const GZIP_MAGIC = 0x1f8b;

function plain(path: string, file: FileHandle, startByte: number): ByteSource {
  let position = startByte;
  return {
    isPacked: false,
    async readInto(target, offset) {
      const { bytesRead } = await named(path, file.read(target, offset, target.length - offset, position));
      position += bytesRead;
      return bytesRead;
    },
    close: () => file.close(),
  };
}

const CHUNK_BYTES = 1 << 20;

function gunzipped(file: FileHandle): AsyncIterator<Uint8Array> {
  const packed = packedChunks(file);
  return pipeline(packed, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined)[Symbol.asyncIterator]();
}

function unzstded(file: FileHandle): AsyncIterator<Uint8Array> {
  return unpackZstdFrames(packedChunks(file), CHUNK_BYTES);
}

function packedChunks(file: FileHandle) {
  return file.createReadStream({ highWaterMark: CHUNK_BYTES, start: 0, autoClose: false });
}

function fromStream(path: string, file: FileHandle, chunks: AsyncIterator<Uint8Array>): ByteSource {
  let chunk = new Uint8Array(0);
  return {
    isPacked: true,
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
      await chunks.return?.();
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

function notPlain(path: string): BadInput {
  return new BadInput(path, undefined, 'is not a plain file but a folder, a pipe or a device', 'name a file');
}

function unreadable(path: string, error: NodeJS.ErrnoException): BadInput {
  const { code, message } = error;
  if (error instanceof BadZstdFrame)
    return new BadInput(path, undefined, `the zstd stream ${message}`, 'copy the file again from its source');
  if (code?.startsWith('ZSTD_error'))
    return new BadInput(
      path,
      undefined,
      `the zstd stream is damaged: ${message}`,
      'copy the file again from its source',
    );
  switch (code) {
    case 'ENOENT':
      return new BadInput(path, undefined, 'there is no such file', 'check the path');
    case 'EACCES':
    case 'EPERM':
      return new BadInput(path, undefined, 'may not be read by this user', 'check its permissions');
    case 'Z_BUF_ERROR':
      return new BadInput(path, undefined, 'the gzip stream is cut off', 'copy the file again from its source');
    default:
      return new BadInput(path, undefined, `cannot be read: ${message}`, 'copy the file again from its source');
  }
}
