import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BadInput } from '../failure.js';

const CHUNK_BYTES = 1 << 20;

/** Contents of a file as chunks, unpacked where its name ends in .gz. @throws BadInput when it cannot be read */
export async function* byteChunks(path: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES, signal });
  const chunks = path.endsWith('.gz')
    ? pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined)
    : file;
  try {
    for await (const chunk of chunks) yield chunk as Buffer;
  } catch (error) {
    signal?.throwIfAborted();
    throw unreadable(path, error);
  } finally {
    file.destroy();
  }
}

function unreadable(path: string, error: unknown): BadInput {
  const { code, message } = error as NodeJS.ErrnoException;
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
