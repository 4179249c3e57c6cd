import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { extract, type Header } from 'tar-stream';
import { Failure } from '../shared/failure.js';
import { NotPlainFile, openPlainFile } from '../shared/node/disk/plain-file.js';
import { decrypted, type Openers } from './age.js';
import { backupDamaged, backupRefused } from './backup-failure.js';
import {
  HOME_PREFIX,
  MANIFEST_BYTES_MAX,
  MANIFEST_NAME,
  type Manifest,
  type ManifestFile,
  parseManifest,
} from './manifest.js';

/** Who takes what is in a backup, in the order of its manifest. */
export interface Taker {
  begin(manifest: Manifest): Promise<void> | void;
  /** Bytes whose hash is not known to be right before the last one. */
  take(file: ManifestFile, chunks: AsyncIterable<Buffer>): Promise<void>;
}

export interface ReadBackup {
  readonly manifest: Manifest;
  /** What whoever made it printed: the same hash is the same content. */
  readonly manifestSha256: string;
}

/** Looks at everything and keeps nothing. */
export const KEEPS_NOTHING: Taker = {
  begin: () => {},
  take: async (_file, chunks) => {
    for await (const _chunk of chunks);
  },
};

/**
 * Decrypts a backup and compares all that is in it with its manifest: exactly the files that are named, in their order, with their
 * size and hash, plain files all of them. What disagrees ends it; nothing is believed of a file that was not read to its end.
 * @throws Failure 'BackupRefused', 'BackupDamaged', 'BackupLocked'
 */
export async function readBackup(file: string, openers: Openers, taker: Taker): Promise<ReadBackup> {
  const packed = createReadStream(file, { fd: openBackup(file), highWaterMark: 1 << 18 });
  try {
    const plain = await decrypted(packed, openers, file);
    return await readTar(plain, file, taker);
  } catch (error) {
    throw error instanceof Failure || isSystemError(error) ? error : backupDamaged(file, (error as Error).message);
  } finally {
    packed.destroy();
    if (!packed.closed) await once(packed, 'close');
  }
}

/** @throws Failure 'BackupDamaged' */
export function openBackup(file: string): number {
  try {
    return openPlainFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof NotPlainFile) throw backupDamaged(file, message);
    if (code === 'ENOENT' || code === 'EACCES') throw backupDamaged(file, `it cannot be read (${code})`);
    throw error;
  }
}

function isSystemError(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

async function readTar(plain: Readable, file: string, taker: Taker): Promise<ReadBackup> {
  const tar = extract();
  plain.on('error', (error) => tar.destroy(error));
  plain.pipe(tar);
  try {
    return await readEntries(tar, file, taker);
  } finally {
    plain.destroy();
    tar.destroy();
  }
}

async function readEntries(tar: ReturnType<typeof extract>, file: string, taker: Taker): Promise<ReadBackup> {
  let read: ReadBackup | null = null;
  let index = 0;
  for await (const entry of tar) {
    const { header } = entry;
    if (read === null) {
      const bytes = await manifestBytes(header, entry as AsyncIterable<Buffer>, file);
      read = { manifest: parseManifest(bytes, file), manifestSha256: createHash('sha256').update(bytes).digest('hex') };
      await taker.begin(read.manifest);
      continue;
    }
    const named = read.manifest.files[index++];
    refuseOther(header, named, file);
    await taker.take(named!, compared(entry as AsyncIterable<Buffer>, named!, file));
  }
  if (read === null) throw backupRefused(file, 'there is nothing in it');
  const missing = read.manifest.files[index];
  if (missing !== undefined) throw backupDamaged(file, `${missing.path} and what follows is missing`);
  return read;
}

async function manifestBytes(header: Header, entry: AsyncIterable<Buffer>, file: string): Promise<Buffer> {
  const { name, type, size } = header;
  if (name !== MANIFEST_NAME || type !== 'file') throw backupRefused(file, 'it does not begin with a manifest');
  if (!(size! <= MANIFEST_BYTES_MAX)) throw backupRefused(file, `its manifest has ${size} bytes`);
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Links, devices, folders, other names, other sizes: nothing but the file that the manifest names next. */
function refuseOther(header: Header, named: ManifestFile | undefined, file: string): void {
  const { name, type, size, linkname } = header;
  if (named === undefined) throw backupRefused(file, `${JSON.stringify(name)} is not in its manifest`);
  if (type !== 'file' || linkname) throw backupRefused(file, `${JSON.stringify(name)} is a ${type}`);
  if (name !== `${HOME_PREFIX}${named.path}`)
    throw backupRefused(file, `${JSON.stringify(name)} lies where its manifest names ${named.path}`);
  if (size !== named.size)
    throw backupRefused(file, `${named.path} has ${size} bytes, and its manifest says ${named.size}`);
}

async function* compared(chunks: AsyncIterable<Buffer>, { path: place, size, sha256 }: ManifestFile, file: string) {
  const hash = createHash('sha256');
  let read = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    read += chunk.length;
    yield chunk;
  }
  if (read !== size || hash.digest('hex') !== sha256)
    throw backupDamaged(file, `${place} is not what its manifest says`);
}
