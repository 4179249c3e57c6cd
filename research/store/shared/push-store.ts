import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { S3Config } from '../../../shared/config/store.js';
import { Failure } from '../../../shared/failure.js';
import { namesOf } from '../check-objects.js';
import { MarketStore } from '../market-store.js';
import { Bucket } from './bucket.js';
import { BucketDocuments, filesBelow, SHARED_FOLDERS } from './bucket-documents.js';
import { isMarked, writeMark } from './bucket-mark.js';
import { BucketObjectStore } from './bucket-objects.js';
import { inParallel } from './in-parallel.js';
import { nameTrainingSet } from './training-sets.js';

const SENT_AT_ONCE = 4;

export interface Pushed {
  readonly objects: number;
  readonly bytes: number;
  readonly documents: number;
  /** Documents of which the bucket had others; those stand, and take the place of ours. */
  readonly differ: readonly string[];
}

/**
 * Brings a store of this machine into the bucket, beside what is there, and makes its folder one of copies. Objects first, then what names
 * them; killed at any moment it is run again. Only when all of it is there does the folder become the bucket's.
 * @param trainingSets of this home's ships, by their Merkle roots
 * @throws Failure StoreElsewhere where the folder holds copies already; ObjectWrong where an object that something names is damaged
 */
export async function pushStore(
  root: string,
  s3: S3Config,
  trainingSets: ReadonlyMap<string, readonly string[]>,
  onProgress: (done: number, of: number) => void = () => {},
): Promise<Pushed> {
  if (isMarked(root)) throw pushedAlready(root);
  const local = new MarketStore(root);
  const bucket = await Bucket.open(s3);
  const objects = new BucketObjectStore(root, bucket, Number.POSITIVE_INFINITY);
  const documents = new BucketDocuments(root, bucket);
  const named = [...new Set([...namesOf(local).keys(), ...[...trainingSets.values()].flat()])].sort();
  let [done, bytes] = [0, 0];
  await inParallel(SENT_AT_ONCE, named, async (sha256) => {
    const found = await local.objects.check(sha256);
    if (found?.sha256 !== sha256) throw damaged(local.objects.locate(sha256), found !== null);
    await objects.publish(sha256);
    bytes += found.bytes;
    onProgress(++done, named.length);
  });
  for (const name of quarantined(root)) await documents.publish(name);
  const shared = { documents, shared: { bucket: bucket.place, asOfMs: null } };
  for (const [merkleRoot, objectNames] of trainingSets) await nameTrainingSet(shared, merkleRoot, objectNames);
  const names = SHARED_FOLDERS.flatMap((folder) => filesBelow(root, folder));
  const differ: string[] = [];
  await inParallel(SENT_AT_ONCE, names, async (name) => {
    const own = readFileSync(path.join(root, ...name.split('/')));
    if ((await bucket.put(name, own, { ifAbsent: true })) !== null) return;
    if (!(await bucket.get(name))?.bytes.equals(own)) differ.push(name);
  });
  writeMark(root, s3);
  return { objects: named.length, bytes, documents: names.length, differ: differ.sort() };
}

function pushedAlready(root: string): Failure {
  return new Failure(
    'StoreElsewhere',
    `${root} holds copies of a bucket already`,
    'nothing is left to push: what is imported goes to the bucket at once',
  );
}

function quarantined(root: string): string[] {
  const folder = path.join(root, 'quarantine');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^[0-9a-f]{64}\.jsonl$/.test(name))
    .map((name) => `quarantine/${name}`);
}

function damaged(file: string, isThere: boolean): Failure {
  return new Failure(
    'ObjectWrong',
    `the object ${file} is ${isThere ? 'damaged' : 'missing'}, and something names it`,
    'see `believe store fsck`; forget its file and import it again, then push again',
  );
}
