import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../../shared/failure.js';
import { lockFile } from '../../shared/node/disk/file-lock.js';
import { type FollowOptions, SymbolFollower } from './symbol-follower.js';

export interface FollowedOnce {
  readonly trades: number;
  readonly changes: number;
  readonly faults: number;
}

const NEVER = '9999-12-31';

/** Follows what there is now, waiting for nothing, and closes the segment. @throws Failure FollowBusy, SegmentLost; BadInput */
export async function followOnce(options: FollowOptions): Promise<FollowedOnce> {
  mkdirSync(options.folder, { recursive: true });
  const lock = await lockFile(path.join(options.folder, 'follow.lock'));
  if (lock === null) throw followBusy(options.folder);
  try {
    const follower = new SymbolFollower({ ...options, holdMs: 0 }, Date.now);
    try {
      const { trades, changes, faults } = await follower.look(async () => {});
      follower.closeDate(NEVER);
      return { trades, changes, faults };
    } finally {
      follower.abandon();
    }
  } finally {
    lock.release();
  }
}

export function followBusy(folder: string): Failure {
  return new Failure('FollowBusy', `${folder} is followed into already`, 'end the other follower first', { folder });
}
