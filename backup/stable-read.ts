import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

const CHUNK_BYTES = 1 << 18;
const TRIES_MAX = 5;

export interface Seen {
  readonly size: number;
  readonly sha256: string;
  /** The bytes themselves, where they are few: then what is written later is what was seen. */
  readonly bytes: Buffer | null;
}

/** Logs that only grow: a line at their end may be half written. */
export function isJournal(place: string): boolean {
  return /\.jsonl(\.open)?$/.test(place);
}

/**
 * Size and hash of a file as it was at one moment: one that is replaced or written meanwhile is read again; a journal is cut at
 * its last whole line, and what is appended to it changes nothing.
 * @returns null where it is gone, or would not hold still
 */
export async function seeFile(
  file: string,
  ask: { readonly journal: boolean; readonly holdMax: number; readonly isOwn?: boolean },
): Promise<Seen | null> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const seen = await seeOnce(file, ask);
    if (seen !== 'changed') return seen;
  }
  return null;
}

async function seeOnce(
  file: string,
  { journal, holdMax, isOwn = false }: { journal: boolean; holdMax: number; isOwn?: boolean },
): Promise<Seen | null | 'changed'> {
  const handle = await openOrNull(file, isOwn);
  if (handle === null) return null;
  try {
    const before = await handle.stat({ bigint: true });
    if (!before.isFile()) return null;
    const size = journal ? await wholeLinesEnd(handle, Number(before.size)) : Number(before.size);
    const hash = createHash('sha256');
    const held: Buffer[] | null = size <= holdMax ? [] : null;
    let read = 0;
    for await (const chunk of chunksOf(handle, size)) {
      hash.update(chunk);
      held?.push(Buffer.from(chunk));
      read += chunk.length;
    }
    // Of the file that is open: one that was renamed over it meanwhile changes nothing of what was read.
    const after = await handle.stat({ bigint: true });
    const isSame = journal || (after.size === before.size && after.mtimeNs === before.mtimeNs);
    if (read !== size || !isSame) return 'changed';
    return { size, sha256: hash.digest('hex'), bytes: held === null ? null : Buffer.concat(held) };
  } finally {
    await handle.close();
  }
}

/**
 * What was a plain file when it was listed may be a link or a pipe by now, in a folder that another user owns: neither is followed
 * nor waited for. Null where it is gone, or a link.
 * @param isOwn a name that this process gave itself
 */
export async function openOrNull(file: string, isOwn = false): Promise<FileHandle | null> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  try {
    return await open(file, isOwn ? O_RDONLY : O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (['ENOENT', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** The first `size` bytes; the buffer is used again for the next. */
export async function* chunksOf(handle: FileHandle, size: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, Math.max(size, 1)));
  for (let at = 0; at < size; ) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, size - at), at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Where the last whole line ends. */
async function wholeLinesEnd(handle: FileHandle, size: number): Promise<number> {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - buffer.length);
    const { bytesRead } = await handle.read(buffer, 0, end - from, from);
    const lineEnd = buffer.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (lineEnd !== -1) return from + lineEnd + 1;
    end = from;
  }
  return 0;
}
