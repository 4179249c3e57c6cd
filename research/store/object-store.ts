import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

/** An object: immutable, and named by the sha256 of its bytes. */
export interface ObjectName {
  readonly sha256: string;
  readonly bytes: number;
}

export interface StoredObject extends ObjectName {
  /** When it was last written or asked to be written; ms since the epoch. */
  readonly touchedMs: number;
}

/** Where objects lie: in a folder, or in a bucket with a folder of copies before it (shared/bucket-objects.ts). */
export interface ObjectStore {
  /** A file of one's own to write an object into; it counts for nothing until it is put. */
  draft(): Promise<string>;
  /** Makes the draft an object, durably: a kill leaves the whole object or none. The same bytes again heal a damaged one. */
  put(draft: string): Promise<ObjectName>;
  /** Makes an object that was put here everybody's; nothing may name it before. Asked for several at a time. */
  publish(sha256: string): Promise<void>;
  /** Asked when they are named: sends again what a `gc` on another host, which knew of no name, has removed meanwhile. */
  confirm(sha256s: readonly string[]): Promise<void>;
  /** Makes objects readable at `locate`, checked by their names. Where they lie there anyway, it looks at nothing. */
  obtain(sha256s: readonly string[]): Promise<void>;
  /** Where an object is kept, for people. */
  whereKept(sha256: string): string;
  /** The path at which DuckDB and our decoder read it. */
  locate(sha256: string): string;
  /** Reads an object again where it is kept. @returns what its bytes are now; null where there is none */
  check(sha256: string): Promise<ObjectName | null>;
  /** Reads again what lies at `locate`. */
  checkHere(sha256: string): Promise<ObjectName | null>;
  list(): AsyncGenerator<StoredObject>;
  /** Removes an object, unless somebody has asked to write it since. @returns false where it was left */
  remove(sha256: string, untouchedSinceMs: number): Promise<boolean>;
  /** Removes drafts that nobody has written to for a while: those of killed processes. @returns how many */
  removeDrafts(olderThanMs: number): Promise<number>;
  /** Now, by the clock that `touchedMs` is of. */
  nowMs(): Promise<number>;
}

/** Objects in a folder of a local or shared file system: `<root>/objects/sha256/ab/<sha256>.parquet`, or of another ending. */
export class FolderObjectStore implements ObjectStore {
  private readonly folder: string;
  private readonly drafts: string;

  constructor(
    root: string,
    private readonly ending = 'parquet',
  ) {
    this.folder = path.join(root, 'objects', 'sha256');
    this.drafts = path.join(root, 'drafts');
  }

  async draft(): Promise<string> {
    await mkdir(this.drafts, { recursive: true });
    return path.join(this.drafts, `${process.pid}-${randomBytes(8).toString('hex')}.${this.ending}`);
  }

  async put(draft: string): Promise<ObjectName> {
    const name = await hashOf(draft);
    const target = this.locate(name.sha256);
    if ((await this.check(name.sha256))?.sha256 === name.sha256) {
      const now = new Date();
      await utimes(target, now, now);
      await rm(draft);
      return name;
    }
    await syncPath(draft);
    await mkdir(path.dirname(target), { recursive: true });
    await rename(draft, target);
    await syncPath(path.dirname(target));
    return name;
  }

  /** What is put in a folder is everybody's who sees the folder. */
  async publish(): Promise<void> {}

  async confirm(): Promise<void> {}

  async obtain(): Promise<void> {}

  locate(sha256: string): string {
    return path.join(this.folder, sha256.slice(0, 2), `${sha256}.${this.ending}`);
  }

  async check(sha256: string): Promise<ObjectName | null> {
    try {
      return await hashOf(this.locate(sha256));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  whereKept(sha256: string): string {
    return this.locate(sha256);
  }

  checkHere(sha256: string): Promise<ObjectName | null> {
    return this.check(sha256);
  }

  async nowMs(): Promise<number> {
    return Date.now();
  }

  async *list(): AsyncGenerator<StoredObject> {
    for (const shelf of await entriesOf(this.folder))
      for (const file of await entriesOf(path.join(this.folder, shelf))) {
        const sha256 = file.slice(0, 64);
        if (!/^[0-9a-f]{64}$/.test(sha256) || file !== path.basename(this.locate(sha256))) continue;
        const found = await statOf(this.locate(sha256));
        if (found) yield { sha256, bytes: found.size, touchedMs: found.mtimeMs };
      }
  }

  async remove(sha256: string, untouchedSinceMs: number): Promise<boolean> {
    const found = await statOf(this.locate(sha256));
    if (found && found.mtimeMs > untouchedSinceMs) return false;
    await rm(this.locate(sha256), { force: true });
    return true;
  }

  async removeDrafts(olderThanMs: number): Promise<number> {
    let removed = 0;
    for (const file of await entriesOf(this.drafts)) {
      const found = await statOf(path.join(this.drafts, file));
      if (!found || found.mtimeMs >= olderThanMs) continue;
      await rm(path.join(this.drafts, file), { force: true });
      removed++;
    }
    return removed;
  }
}

/** @throws ENOENT */
export async function hashOf(file: string): Promise<ObjectName> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  });
  return { sha256: hash.digest('hex'), bytes };
}

async function statOf(file: string) {
  return stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Windows cannot open a folder for this and does not need it. */
async function syncPath(file: string): Promise<void> {
  if (process.platform === 'win32' && path.extname(file) === '') return;
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
