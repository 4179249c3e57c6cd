import type { Readable } from 'node:stream';
import { openPromise } from 'yauzl';
import { BadInput } from '../../shared/failure.js';

/** A file within a zip archive. */
export interface ZipEntry {
  readonly name: string;
  /** CRC-32 that its bytes must have. */
  readonly crc: number;
  /** To be read to their end before the next entry is asked for. */
  readonly chunks: AsyncIterable<Buffer>;
}

/** The entries of an archive, in the order of its directory. @throws BadInput where it cannot be unpacked */
export async function* zipEntries(path: string): AsyncGenerator<ZipEntry> {
  const zip = await unpacking(path, openPromise(path, { lazyEntries: true, autoClose: false }));
  try {
    const entries = zip.eachEntry();
    for (;;) {
      const next = await unpacking(path, entries.next());
      if (next.done) return;
      const { fileName, crc32 } = next.value;
      const stream = await unpacking(path, zip.openReadStreamPromise(next.value));
      yield { name: fileName, crc: crc32, chunks: chunksOf(path, stream) };
    }
  } finally {
    zip.close();
  }
}

async function* chunksOf(path: string, stream: Readable): AsyncGenerator<Buffer> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const next = await unpacking(path, chunks.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    stream.destroy();
  }
}

async function unpacking<T>(path: string, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    const { message } = error as Error;
    throw new BadInput(path, undefined, `cannot be unpacked: ${message}`, 'copy the file again from its source');
  }
}
