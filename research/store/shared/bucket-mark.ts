import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { S3Config } from '../../../shared/config/store.js';
import { BadInput, Failure } from '../../../shared/failure.js';
import { jsonOfFormat } from '../../../shared/formats/version-found.js';
import { createFile } from '../../../shared/node/disk/create-file.js';
import { SHARED_FOLDERS } from './bucket-documents.js';

/** `bucket.json` in a store's folder: that it holds copies, and of which bucket. */
const mark = z.strictObject({
  v: z.literal(1),
  endpoint: z.string().nullable(),
  bucket: z.string(),
  prefix: z.string(),
});
const FILE = 'bucket.json';

/** @throws Failure StoreElsewhere where a folder is a store by itself, or holds copies of another bucket */
export function requireCopies(root: string, s3: S3Config): void {
  const found = markOf(root);
  if (found === null) {
    if (SHARED_FOLDERS.some((folder) => existsSync(path.join(root, folder))))
      throw new Failure(
        'StoreElsewhere',
        `${root} holds a store of this machine alone, and store.s3 names a bucket`,
        'bring what it holds into the bucket: believe store push',
      );
    return;
  }
  if (found.endpoint === s3.endpoint && found.bucket === s3.bucket && found.prefix === s3.prefix) return;
  throw new Failure(
    'StoreElsewhere',
    `${root} holds copies of bucket ${words(found)}, and store.s3 names ${words(s3)}`,
    `correct store.s3; where it is the same bucket under a new address, remove ${path.join(root, FILE)}, catalogue and snapshots aside`,
  );
}

/** @throws Failure StoreElsewhere where a folder holds copies alone: it is no whole store */
export function refuseCopies(root: string): void {
  const found = markOf(root);
  if (found === null) return;
  throw new Failure(
    'StoreElsewhere',
    `${root} holds copies of bucket ${words(found)}, and is no store by itself`,
    'set store.s3 to that bucket; with it, `believe store pull --leave` makes the folder a whole store',
  );
}

export function isMarked(root: string): boolean {
  return markOf(root) !== null;
}

export function writeMark(root: string, { endpoint, bucket, prefix }: S3Config): void {
  createFile(path.join(root, FILE), `${JSON.stringify({ v: 1, endpoint, bucket, prefix })}\n`);
}

/** The folder is a store by itself from here on. */
export function removeMark(root: string): void {
  rmSync(path.join(root, FILE), { force: true });
}

function markOf(root: string): z.infer<typeof mark> | null {
  const file = path.join(root, FILE);
  if (!existsSync(file)) return null;
  try {
    return mark.parse(jsonOfFormat('mark of a bucket', file, readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof Failure) throw error;
    const reason = `does not say which bucket the store is of: ${(error as Error).message.slice(0, 200)}`;
    throw new BadInput(
      file,
      undefined,
      reason,
      'restore it: {"v":1,"endpoint":...,"bucket":...,"prefix":...} of store.s3',
    );
  }
}

function words({ endpoint, bucket, prefix }: Pick<S3Config, 'endpoint' | 'bucket' | 'prefix'>): string {
  return `${bucket}${prefix === '' ? '' : `/${prefix}`}${endpoint === null ? '' : ` at ${endpoint}`}`;
}
