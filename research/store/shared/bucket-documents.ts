import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { Failure } from '../../../shared/failure.js';
import { jsonOrUndefined } from '../../../shared/fields/json-or-undefined.js';
import { replaceFile } from '../../../shared/node/disk/replace-file.js';
import type { StoreDocuments } from '../documents.js';
import type { Bucket } from './bucket.js';
import { inParallel } from './in-parallel.js';

/** Whose files are fetched before a store is read. What was quarantined may be large, and is fetched where somebody asks. */
export const SHARED_FOLDERS = ['catalogue', 'snapshots', 'training-sets', 'days', 'doubtful', 'reconcile'] as const;
const FETCHED_AT_ONCE = 8;
export const COPIES_INDEX = 'copies.json';
/** No name leads out of the folder, whoever has put it into the bucket. */
const NAME = /^(?:[A-Za-z0-9_%~-][A-Za-z0-9_.%~-]*\/){1,3}[A-Za-z0-9_%~-][A-Za-z0-9_.%~-]*\.(?:json|html)$/;

/** What this machine has a copy of: the server's etag, and how the file looked when it was written. */
const index = z.record(z.string(), z.strictObject({ etag: z.string(), bytes: z.number(), mtimeMs: z.number() }));
type Index = z.infer<typeof index>;

/**
 * Documents of a bucket, under the names that they have in the store's folder, where copies of them are read. The bucket's are the
 * ones that count: a document is written there first, and a copy of what is not there goes away with the next `refresh`.
 */
export class BucketDocuments implements StoreDocuments {
  constructor(
    private readonly root: string,
    private readonly bucket: Bucket,
  ) {}

  /** Brings the copies up to what the bucket has now. @returns how many were fetched */
  async refresh(): Promise<number> {
    // Looked at before the bucket is asked: what a process beside this one writes meanwhile is in the bucket, and stays.
    const before = SHARED_FOLDERS.flatMap((folder) => filesBelow(this.root, folder));
    const known = this.readIndex();
    const there = new Map<string, string>();
    for (const folder of SHARED_FOLDERS)
      for await (const { name, etag } of this.bucket.list(`${folder}/`)) if (NAME.test(name)) there.set(name, etag);
    const changed = [...there].filter(([name, etag]) => !this.isCopy(known[name], name, etag)).map(([name]) => name);
    if (there.size === 0) await this.refuseEmptied(before);
    const fetched: Index = {};
    await inParallel(FETCHED_AT_ONCE, changed, async (name) => {
      const entry = await this.fetch(name);
      if (entry) fetched[name] = entry;
    });
    for (const name of before) if (!there.has(name)) rmSync(this.file(name), { force: true });
    const kept = Object.entries({ ...known, ...fetched }).filter(([name]) => there.has(name));
    // Also where nothing has changed: when it was written says as of when the copies are.
    replaceFile(this.file(COPIES_INDEX), JSON.stringify(Object.fromEntries(kept)));
    return changed.length;
  }

  async create(name: string, text: string): Promise<boolean> {
    const isNew = (await this.bucket.put(name, Buffer.from(text), { ifAbsent: true })) !== null;
    if (isNew) replaceFile(this.file(name), text);
    else await this.fetch(name);
    return isNew;
  }

  async replace(name: string, text: string): Promise<void> {
    await this.bucket.put(name, Buffer.from(text));
    replaceFile(this.file(name), text);
  }

  async remove(name: string): Promise<void> {
    await this.bucket.remove(name);
    rmSync(this.file(name), { force: true });
  }

  async publish(name: string): Promise<void> {
    await this.bucket.put(name, readFileSync(this.file(name)));
  }

  async obtain(name: string): Promise<void> {
    if (statSync(this.file(name), { throwIfNoEntry: false }) === undefined) await this.fetch(name);
  }

  /** A bucket that was wiped must not wipe what is left of it. @throws Failure StoreElsewhere */
  private async refuseEmptied(copies: readonly string[]): Promise<void> {
    if (copies.length === 0) return;
    for await (const _ of this.bucket.list('objects/')) return;
    throw new Failure(
      'StoreElsewhere',
      `${this.bucket.place} is empty, and ${this.root} has copies of ${copies.length} records of it`,
      `restore the bucket; or make a store of what is here: remove ${this.file('bucket.json')}, then believe store push. Where all was meant to go, remove ${this.root}`,
    );
  }

  private async fetch(name: string): Promise<Index[string] | null> {
    const found = await this.bucket.get(name);
    if (found === null) return null;
    replaceFile(this.file(name), found.bytes);
    const { size, mtimeMs } = statSync(this.file(name));
    return { etag: found.etag, bytes: size, mtimeMs };
  }

  private isCopy(entry: Index[string] | undefined, name: string, etag: string): boolean {
    const found = statSync(this.file(name), { throwIfNoEntry: false });
    if (found === undefined) return false;
    if (entry?.etag === etag && found.size === entry.bytes && found.mtimeMs === entry.mtimeMs) return true;
    // What this machine wrote itself: of what was put unencrypted by one request, etags are MD5 sums. Others are fetched once more.
    return (
      createHash('md5')
        .update(readFileSync(this.file(name)))
        .digest('hex') === etag.replaceAll('"', '')
    );
  }

  private readIndex(): Index {
    try {
      return index.safeParse(jsonOrUndefined(readFileSync(this.file(COPIES_INDEX), 'utf8'))).data ?? {};
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
  }

  private file(name: string): string {
    return path.join(this.root, ...name.split('/'));
  }
}

/** Names of documents in a folder of a store, by the root; drafts beside them are none. */
export function filesBelow(root: string, folder: string): string[] {
  const entries = (): Dirent[] => {
    try {
      return readdirSync(path.join(root, ...folder.split('/')), { withFileTypes: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  };
  return entries()
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(root, `${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
    )
    .filter((name) => NAME.test(name))
    .sort();
}
