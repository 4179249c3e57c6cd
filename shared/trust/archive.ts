import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { extract as extractTar, type Header, pack as startTar } from 'tar-stream';
import { gunzipOneMember } from './gunzip.js';
import { ReleaseRefused } from './refusal.js';
import { firstNameFault } from './safe-name.js';
import type { SignedFile } from './statement.js';

/** Name -> bytes, in the order of the names. */
export type ReleaseFiles = ReadonlyMap<string, Buffer>;

/** Packs files into the one .tar.gz that these names and bytes can have (the gzip layer: with one version of zlib). */
export async function packArchive(files: ReleaseFiles): Promise<Buffer> {
  const fault = firstNameFault([...files.keys()]);
  if (fault !== undefined) throw new ReleaseRefused('unsafe-name', { ...fault });
  const packed = gzipSync(await packTar(files), { level: 9 });
  // The operating system's number is the only part of the header that differs between machines (RFC 1952: 255 unknown).
  packed[GZIP_OS_OFFSET] = 0xff;
  return packed;
}

/** What the statement says of packed files, in the order in which they are packed. */
export function describeFiles(files: ReleaseFiles): SignedFile[] {
  return sorted(files).map(([name, bytes]) => ({ name, size: bytes.length, sha256: sha256(bytes) }));
}

/**
 * Opens a tarball in memory, led by the signed list: nothing is written, nothing is followed, and not more than the
 * signed sizes is unpacked. The last check packs the files again and compares every byte of the tar, so that what no
 * other check has a name for cannot pass either.
 * @throws ReleaseRefused
 */
export async function openArchive(tarball: Buffer, signedFiles: readonly SignedFile[]): Promise<Map<string, Buffer>> {
  refuseUnsafeNames(signedFiles.map(({ name }) => name));
  const unpacked = gunzipOneMember(tarball, tarSizeBytes(signedFiles) + FORGED_HEADERS_BYTES_MAX);
  const found = await readTar(unpacked, new Map(signedFiles.map((file) => [file.name, file])));
  for (const file of signedFiles) {
    const bytes = found.get(file.name);
    if (bytes === undefined) throw new ReleaseRefused('missing-file', { name: file.name });
    if (bytes.length !== file.size) {
      throw new ReleaseRefused('file-size', { name: file.name, size: bytes.length, signed: file.size });
    }
    if (sha256(bytes) !== file.sha256) throw new ReleaseRefused('file-hash', { name: file.name });
  }
  if (!(await packTar(found)).equals(unpacked)) throw new ReleaseRefused('not-canonical');
  return found;
}

const GZIP_OS_OFFSET = 9;
const BLOCK_BYTES = 512;
/** Room for a few headers that should not be there, so that they are refused by their name and not as a bomb. */
const FORGED_HEADERS_BYTES_MAX = 64 * 1024;

function refuseUnsafeNames(names: readonly string[]): void {
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (duplicate !== undefined) throw new ReleaseRefused('duplicate-file', { name: duplicate });
  const fault = firstNameFault(names);
  if (fault !== undefined) throw new ReleaseRefused('unsafe-name', { ...fault });
}

/** Header and padded content of each file, then two empty blocks. */
function tarSizeBytes(files: readonly { readonly size: number }[]): number {
  const blocks = files.reduce((sum, { size }) => sum + 1 + Math.ceil(size / BLOCK_BYTES), 2);
  return blocks * BLOCK_BYTES;
}

/** Sorted names, mode 0644, owner 0, time 0: nothing of the machine that packs. */
async function packTar(files: ReleaseFiles): Promise<Buffer> {
  const pack = startTar();
  for (const [name, bytes] of sorted(files)) {
    pack.entry({ name, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0), type: 'file', size: bytes.length }, bytes);
  }
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function readTar(bytes: Buffer, signed: ReadonlyMap<string, SignedFile>): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const extract = extractTar();
  extract.on('error', () => {}); // The iterator reports it; without a listener here it would end the process.
  extract.end(bytes);
  try {
    for await (const entry of extract) {
      entry.on('error', () => {}); // A refusal below destroys the entry, and tar-stream then emits on it.
      const { name } = entry.header;
      refuseEntry(entry.header, signed);
      if (found.has(name)) throw new ReleaseRefused('duplicate-file', { name });
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      found.set(name, Buffer.concat(chunks));
    }
  } catch (error) {
    if (error instanceof ReleaseRefused) throw error;
    throw new ReleaseRefused('tar-malformed', { cause: (error as Error).message });
  }
  return found;
}

function refuseEntry(header: Header, signed: ReadonlyMap<string, SignedFile>): void {
  const { name, type, size } = header;
  const fault = firstNameFault([name, ...(header.linkname ? [header.linkname] : [])]);
  if (type !== 'file') throw new ReleaseRefused('entry-type', { name, type: type ?? 'unknown' });
  if (header.pax) throw new ReleaseRefused('entry-override', { name, fields: Object.keys(header.pax) });
  if (fault !== undefined) throw new ReleaseRefused('unsafe-name', { ...fault });
  const file = signed.get(name);
  if (file === undefined) throw new ReleaseRefused('unexpected-file', { name });
  if (size !== file.size) throw new ReleaseRefused('file-size', { name, size, signed: file.size });
}

function sorted(files: ReleaseFiles): [string, Buffer][] {
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1));
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
