import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack as tarPack } from 'tar-stream';
import { encrypted, type Locks } from './age.js';
import { HOME_PREFIX, MANIFEST_NAME } from './manifest.js';
import { chunksOf, openOrNull } from './stable-read.js';
import type { SurveyFile } from './survey.js';

/** A file is not what the manifest says of it any more. */
export class FileMoved extends Error {
  constructor(readonly place: string) {
    super(`${place} changed`);
  }
}

export interface WrittenArchive {
  readonly bytes: number;
  /** Of the encrypted file. */
  readonly sha256: string;
}

/**
 * Writes manifest and files, encrypted, into a file that waits for its name. Nothing is left of it where that fails.
 * @throws FileMoved where a file changed since it was seen; the system error
 */
export async function writeArchive(ask: {
  readonly temporary: string;
  readonly home: string;
  readonly manifest: Buffer;
  readonly files: readonly SurveyFile[];
  readonly locks: Locks;
}): Promise<WrittenArchive> {
  const sink = new HashedFile(ask.temporary);
  try {
    const pack = tarPack();
    const plain = Readable.from(bytesOf(pack), { objectMode: false });
    const feeding = feed(pack, ask).catch((error: Error) => pack.destroy(error));
    await pipeline(await encrypted(plain, ask.locks), sink);
    await feeding;
    return sink.finish();
  } catch (error) {
    sink.close();
    rmSync(ask.temporary, { force: true });
    throw error;
  }
}

async function* bytesOf(pack: Pack): AsyncGenerator<Buffer> {
  for await (const chunk of pack) yield chunk as Buffer;
}

async function feed(
  pack: Pack,
  { home, manifest, files }: { home: string; manifest: Buffer; files: readonly SurveyFile[] },
) {
  await addEntry(pack, MANIFEST_NAME, manifest.length, [manifest]);
  for (const file of files) {
    const name = `${HOME_PREFIX}${file.path}`;
    if (file.bytes === null) await addEntry(pack, name, file.size, sameBytes(home, file));
    else await addEntry(pack, name, file.size, [file.bytes]);
  }
  pack.finalize();
}

/** One header for everybody: modes and owners of a home are not kept, restoring sets its own. */
async function addEntry(
  pack: Pack,
  name: string,
  size: number,
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
): Promise<void> {
  const header = {
    name,
    size,
    mode: 0o600,
    uid: 0,
    gid: 0,
    uname: '',
    gname: '',
    mtime: new Date(0),
    type: 'file' as const,
  };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const entry = pack.entry(header, (error) => (error ? reject(error) : resolve()));
  entry.on('error', reject);
  for await (const chunk of chunks) if (!entry.write(chunk)) await Promise.race([drained(entry), promise]);
  entry.end(null);
  await promise;
}

function drained(stream: { once(event: 'drain', then: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => {
    stream.once('drain', resolve);
  });
}

/** The bytes that were seen, read again. @throws FileMoved */
async function* sameBytes(home: string, { path: place, size, sha256, source }: SurveyFile): AsyncGenerator<Buffer> {
  const handle = await openOrNull(source ?? path.join(home, place), source !== undefined);
  if (handle === null) throw new FileMoved(place);
  try {
    const hash = createHash('sha256');
    let read = 0;
    for await (const chunk of chunksOf(handle, size)) {
      hash.update(chunk);
      read += chunk.length;
      // The archive may hold it for a while, and the buffer is used again.
      yield Buffer.from(chunk);
    }
    if (read !== size || hash.digest('hex') !== sha256) throw new FileMoved(place);
  } finally {
    await handle.close();
  }
}

class HashedFile extends Writable {
  private readonly hash = createHash('sha256');
  private descriptor: number | null;
  private bytes = 0;

  constructor(file: string) {
    super({ highWaterMark: 1 << 20 });
    this.descriptor = openSync(file, 'wx', 0o600);
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    try {
      for (let at = 0; at < chunk.length; ) at += writeSync(this.descriptor!, chunk, at);
      this.hash.update(chunk);
      this.bytes += chunk.length;
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  /** Waits for the disk. */
  finish(): WrittenArchive {
    fsyncSync(this.descriptor!);
    this.close();
    return { bytes: this.bytes, sha256: this.hash.digest('hex') };
  }

  close(): void {
    if (this.descriptor !== null) closeSync(this.descriptor);
    this.descriptor = null;
  }
}

/** Names a file that is written under another name first; those that ended processes left are removed. */
export function temporaryBeside(file: string): string {
  const folder = path.dirname(file);
  const own = /^\.(believe-[a-z0-9-]*?)-\d{4}-/.exec(`.${path.basename(file)}`)?.[1];
  for (const name of readdirSync(folder)) {
    const left = /^\.(believe-[a-z0-9-]*?)-\d{4}-.*[.](\d+)[.]tmp$/.exec(name);
    if (left !== null && left[1] === own && !isAlive(Number(left[2]))) rmSync(path.join(folder, name), { force: true });
  }
  return path.join(folder, `.${path.basename(file)}.${process.pid}.tmp`);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
