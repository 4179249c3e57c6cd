import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../../../shared/failure.js';
import { FolderObjectStore, type ObjectName, type ObjectStore, type StoredObject } from '../object-store.js';
import type { Bucket } from './bucket.js';
import { inParallel } from './in-parallel.js';
import { trimCopies } from './trim-copies.js';

const REQUESTS_MAX = 6;
/** An import sends what it makes, whatever is there. */
const HEAL =
  '`believe store fsck` says which file it came from: forget that (`believe store forget`) and import it again';
/** Each sweep looks at every copy. */
const SWEEP_EVERY_BYTES = 256 * 2 ** 20;

/**
 * Objects of a bucket, `objects/sha256/ab/<sha256>.parquet` or of another ending, and copies of them in a folder of this machine under
 * the same names, where everything reads them. A copy is hashed before it counts, once in a process; one that is damaged is fetched
 * again. Any number of processes may share the folder: a copy appears whole, by renaming.
 */
export class BucketObjectStore implements ObjectStore {
  private readonly copies: FolderObjectStore;
  /** Copies whose bytes this process has hashed. */
  private readonly hashed = new Set<string>();
  private fetchedBytes = 0;

  constructor(
    root: string,
    private readonly bucket: Bucket,
    private readonly copiesBytesMax: number,
    private readonly ending = 'parquet',
  ) {
    this.copies = new FolderObjectStore(root, ending);
  }

  draft(): Promise<string> {
    return this.copies.draft();
  }

  async put(draft: string): Promise<ObjectName> {
    const name = await this.copies.put(draft);
    this.hashed.add(name.sha256);
    return name;
  }

  /** Sent whether it is there or not: that heals a damaged one, and tells `gc` that somebody is about to name it. */
  async publish(sha256: string): Promise<void> {
    await this.bucket.put(this.nameOf(sha256), await readFile(this.locate(sha256)));
    await this.count((await stat(this.locate(sha256))).size);
  }

  async confirm(sha256s: readonly string[]): Promise<void> {
    await inParallel(REQUESTS_MAX, new Set(sha256s), async (sha256) => {
      if ((await this.bucket.look(this.nameOf(sha256))) === null) await this.publish(sha256);
    });
  }

  /** @throws Failure ObjectWrong where the bucket has not what an object is named by, BucketAway where it cannot be asked */
  async obtain(sha256s: readonly string[]): Promise<void> {
    await inParallel(REQUESTS_MAX, new Set(sha256s), async (sha256) => {
      if (!(await this.isHere(sha256))) await this.fetch(sha256);
    });
  }

  locate(sha256: string): string {
    return this.copies.locate(sha256);
  }

  whereKept(sha256: string): string {
    return `${this.nameOf(sha256)} of ${this.bucket.place}`;
  }

  async check(sha256: string): Promise<ObjectName | null> {
    const found = await this.bucket.get(this.nameOf(sha256));
    return found && { sha256: hashOf(found.bytes), bytes: found.bytes.length };
  }

  checkHere(sha256: string): Promise<ObjectName | null> {
    return this.copies.check(sha256);
  }

  async *list(): AsyncGenerator<StoredObject> {
    for await (const { name, bytes, modifiedMs } of this.bucket.list('objects/sha256/')) {
      const sha256 = /^objects\/sha256\/[0-9a-f]{2}\/([0-9a-f]{64})\./.exec(name)?.[1];
      if (sha256 !== undefined && name === this.nameOf(sha256)) yield { sha256, bytes, touchedMs: modifiedMs };
    }
  }

  async remove(sha256: string, untouchedSinceMs: number): Promise<boolean> {
    const found = await this.bucket.look(this.nameOf(sha256));
    if (found && found.modifiedMs > untouchedSinceMs) return false;
    // The copy is what it can be sent from again, should somebody have named it at this moment.
    await this.obtain([sha256]).catch(passOverWrong);
    await this.bucket.remove(this.nameOf(sha256));
    return true;
  }

  /** Drafts are this machine's, and so is their clock: nobody else's clock moves what counts as old by more than the difference. */
  removeDrafts(olderThanMs: number): Promise<number> {
    return this.copies.removeDrafts(olderThanMs);
  }

  nowMs(): Promise<number> {
    return this.bucket.nowMs();
  }

  /** Looks at every copy. @returns bytes of copies that were removed */
  trim(): Promise<number> {
    return trimCopies(this.copies, this.copiesBytesMax);
  }

  private async isHere(sha256: string): Promise<boolean> {
    const file = this.locate(sha256);
    const now = new Date();
    // Being wanted is what keeps a copy; one that was just removed is fetched.
    const isThere = await utimes(file, now, now).then(
      () => true,
      () => false,
    );
    if (!isThere) return false;
    if (this.hashed.has(sha256)) return true;
    if ((await this.copies.check(sha256))?.sha256 !== sha256) return false;
    this.hashed.add(sha256);
    return true;
  }

  private async fetch(sha256: string): Promise<void> {
    const bytes = (await this.fetchOnce(sha256)) ?? (await this.fetchOnce(sha256));
    if (bytes === null)
      throw new Failure('ObjectWrong', `${this.whereKept(sha256)} has other bytes than it is named by`, HEAL, {
        sha256,
      });
    const draft = `${await this.copies.draft()}-${randomBytes(4).toString('hex')}`;
    const file = this.locate(sha256);
    await mkdir(path.dirname(file), { recursive: true });
    // No fsync: what a power cut leaves of a copy does not hash to its name, and is fetched again.
    await writeFile(draft, bytes);
    await rename(draft, file);
    this.hashed.add(sha256);
    await this.count(bytes.length);
  }

  /** Null where its bytes are not those that it is named by: on the way, or there. */
  private async fetchOnce(sha256: string): Promise<Buffer | null> {
    const found = await this.bucket.get(this.nameOf(sha256));
    if (found === null)
      throw new Failure('ObjectWrong', `${this.nameOf(sha256)} is not in ${this.bucket.place}`, HEAL, { sha256 });
    return hashOf(found.bytes) === sha256 ? found.bytes : null;
  }

  private nameOf(sha256: string): string {
    return `objects/sha256/${sha256.slice(0, 2)}/${sha256}.${this.ending}`;
  }

  private async count(bytes: number): Promise<void> {
    this.fetchedBytes += bytes;
    if (this.fetchedBytes < SWEEP_EVERY_BYTES) return;
    this.fetchedBytes = 0;
    await this.trim();
  }
}

/** What is damaged is no loss. */
function passOverWrong(error: unknown): void {
  if (!(error instanceof Failure && error.type === 'ObjectWrong')) throw error;
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
