import { readFile, writeFile } from 'node:fs/promises';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { Failure } from '../../shared/failure.js';
import type { Reference } from '../../shared/reference.js';
import { Bucket } from '../store/shared/bucket.js';
import { BucketObjectStore } from '../store/shared/bucket-objects.js';

/** Copies of this machine beyond this go, those first that nobody asked for the longest. */
const COPIES_BYTES_MAX = 20e9;
const DAY_MS = 86_400_000;
/** Objects of the bucket that nobody has sent for so long go: a ship that is planned again sends what it needs again. */
const KEPT_MS = 14 * DAY_MS;
const ENDING = 'fold';

type Named = Pick<Reference, 'sha256' | 'bytes'>;

/**
 * What research hosts hand to each other for the folds of ships, in the bucket of the store, below `folds/`: samples, offers, scores and
 * models. Each is an object that is named by the sha256 of its bytes, and hashed by whoever reads it, so that no host can change what
 * another has meant.
 */
export class FoldExchange {
  private constructor(
    private readonly objects: BucketObjectStore,
    private readonly bucket: Bucket,
  ) {}

  /** @throws Failure 'NoSharedStore' without `store.s3` */
  static async open(
    { home, store: { s3 } }: Pick<Config, 'home' | 'store'>,
    copiesBytesMax = COPIES_BYTES_MAX,
  ): Promise<FoldExchange> {
    if (s3 === null)
      throw new Failure(
        'NoSharedStore',
        'folds are shared through the bucket of the store, and store.s3 names none',
        'set store.s3 (docs/store.md, "Folds on several hosts")',
      );
    const prefix = [s3.prefix, 'folds'].filter((part) => part !== '').join('/');
    const root = homePlaces(home).research.folds;
    const bucket = await Bucket.open({ ...s3, prefix });
    return new FoldExchange(new BucketObjectStore(root, bucket, copiesBytesMax, ENDING), bucket);
  }

  /** Sent also where it is there: that heals what is damaged, and keeps it for longer. */
  async send(bytes: Uint8Array | string): Promise<Reference> {
    const draft = await this.objects.draft();
    await writeFile(draft, bytes);
    const name = await this.objects.put(draft);
    await this.objects.publish(name.sha256);
    return { uri: this.objects.whereKept(name.sha256), ...name };
  }

  /** The file of this machine that holds an object. @throws Failure 'ObjectWrong', 'BucketAway', 'BucketRefused' */
  async fetch({ sha256 }: Named): Promise<string> {
    await this.objects.obtain([sha256]);
    return this.objects.locate(sha256);
  }

  /** @throws Failure 'ObjectWrong', 'BucketAway', 'BucketRefused' */
  async read({ sha256, bytes }: Named): Promise<Buffer> {
    const read = await readFile(await this.fetch({ sha256, bytes }));
    if (read.length === bytes) return read;
    throw new Failure(
      'ObjectWrong',
      `${this.objects.whereKept(sha256)} has ${read.length} bytes, and ${bytes} are meant`,
    );
  }

  /** Keeps the copies of this machine within their bound. Where little is exchanged at a time, nothing else does. */
  async trim(): Promise<number> {
    await this.objects.removeDrafts(Date.now() - DAY_MS);
    return await this.objects.trim();
  }

  /** @returns how many objects of the bucket were removed, for nobody has sent them for two weeks */
  async removeOld(): Promise<number> {
    const beforeMs = (await this.bucket.nowMs()) - KEPT_MS;
    let removed = 0;
    for await (const { name, modifiedMs } of this.bucket.list('objects/')) {
      if (modifiedMs >= beforeMs) continue;
      await this.bucket.remove(name);
      removed++;
    }
    return removed;
  }
}
