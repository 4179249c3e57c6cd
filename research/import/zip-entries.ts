import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type Entry, openPromise } from 'yauzl';
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
      if (next.done) break;
      const { fileName, crc32 } = next.value;
      await requireOneName(path, next.value);
      const stream = await unpacking(path, zip.openReadStreamPromise(next.value));
      yield { name: fileName, crc: crc32, chunks: chunksOf(path, stream) };
    }
    // Its type says boolean; it is where the directory was read to.
    await requireEnd(path, Number(zip.readEntryCursor), zip.entryCount);
  } finally {
    zip.close();
  }
}

/** What may follow the entries of the directory (APPNOTE 4.3): its signature, the records of its end. */
const AFTER_ENTRIES = new Set([0x05054b50, 0x06064b50, 0x06054b50]);

/** Of a directory that has more entries than the archive says the others would be lost without a word. @throws BadInput */
async function requireEnd(path: string, at: number, entries: number): Promise<void> {
  const signature = await bytesAt(path, at, 4);
  if (signature.length < 4 || !AFTER_ENTRIES.has(signature.readUInt32LE()))
    throw damaged(path, undefined, `its directory goes on after the ${entries} entries that it says it has`);
}

const LOCAL_HEADER_BYTES = 30;

/** The directory and the entry itself both have its name, which may say what is in it. @throws BadInput */
async function requireOneName(path: string, entry: Entry): Promise<void> {
  const { fileNameRaw, relativeOffsetOfLocalHeader: at } = entry;
  const header = await bytesAt(path, at, LOCAL_HEADER_BYTES + fileNameRaw.length);
  const isSame =
    header.length > LOCAL_HEADER_BYTES &&
    header.readUInt16LE(26) === fileNameRaw.length &&
    header.subarray(LOCAL_HEADER_BYTES).equals(fileNameRaw);
  if (!isSame) throw damaged(path, entry.fileName, 'has another name in the directory than before its bytes');
}

async function bytesAt(path: string, at: number, count: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(count), 0, count, at);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function damaged(path: string, entry: string | undefined, what: string): BadInput {
  return new BadInput(path, entry, `${what}: it is damaged`, 'copy the file again from its source');
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
