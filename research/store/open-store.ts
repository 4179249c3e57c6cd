import { statSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import type { S3Config } from '../../shared/config/store.js';
import { Failure } from '../../shared/failure.js';
import { MarketStore } from './market-store.js';
import { Bucket } from './shared/bucket.js';
import { BucketDocuments, COPIES_INDEX } from './shared/bucket-documents.js';
import { isMarked, refuseCopies, requireCopies, writeMark } from './shared/bucket-mark.js';
import { BucketObjectStore } from './shared/bucket-objects.js';

export interface OpenOptions {
  /** Where the bucket cannot be asked, go on with what was there when it last could; `store.shared.asOfMs` says when that was. */
  readonly orAsItWas?: boolean;
}

/**
 * The store of a home: its folder, or the bucket that `store.s3` names, of which the folder then holds copies. What others have brought
 * in until now is there.
 * @throws Failure BucketAway, BucketRefused; StoreElsewhere where the folder is not what the settings say
 */
export async function openStore(
  { home, store: { s3 } }: Pick<Config, 'home' | 'store'>,
  options: OpenOptions = {},
): Promise<MarketStore> {
  const root = path.resolve(homePlaces(home).research.store);
  if (s3 === null) {
    refuseCopies(root);
    return new MarketStore(root);
  }
  requireCopies(root, s3);
  const bucket = await Bucket.open(s3);
  if (!isMarked(root)) {
    // A bucket that was never reached may be a slip of the settings: it leaves nothing behind.
    for await (const _ of bucket.list('catalogue/')) break;
    writeMark(root, s3);
  }
  return await sharedStore(root, s3, bucket, options);
}

/** A store in a bucket, with its copies in a folder. */
async function sharedStore(
  root: string,
  s3: S3Config,
  bucket: Bucket,
  { orAsItWas = false }: OpenOptions,
): Promise<MarketStore> {
  const documents = new BucketDocuments(root, bucket);
  const asOfMs = await documents.refresh().then(
    () => null,
    (error: unknown) => {
      const whenMs = statSync(path.join(root, COPIES_INDEX), { throwIfNoEntry: false })?.mtimeMs;
      if (orAsItWas && whenMs !== undefined && error instanceof Failure && error.type === 'BucketAway') return whenMs;
      throw error;
    },
  );
  const objects = new BucketObjectStore(root, bucket, s3.cacheGigabytes * 1e9);
  return new MarketStore(root, { objects, documents, shared: { bucket: bucket.place, asOfMs } });
}
