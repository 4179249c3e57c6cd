import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../../shared/failure.js';
import { lockFile } from '../../shared/node/disk/file-lock.js';

/** Does what only one follower may do in a folder at a time; makes the folder. @throws Failure FollowBusy; what `work` throws */
export async function withFollowLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const lock = await lockFile(path.join(folder, 'follow.lock'));
  if (lock === null)
    throw new Failure('FollowBusy', `${folder} is followed into already`, 'end the other follower first', { folder });
  try {
    return await work();
  } finally {
    lock.release();
  }
}
