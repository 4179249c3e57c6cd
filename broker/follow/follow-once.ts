import { withFollowLock } from './follow-lock.js';
import { type FollowOptions, SymbolFollower } from './symbol-follower.js';

export interface FollowedOnce {
  readonly trades: number;
  readonly changes: number;
  readonly faults: number;
}

const NEVER = '9999-12-31';

/** Follows what there is now, waiting for nothing, and closes the segment. @throws Failure FollowBusy, SegmentLost; BadInput */
export async function followOnce(options: FollowOptions): Promise<FollowedOnce> {
  return await withFollowLock(options.folder, async () => {
    const follower = new SymbolFollower({ ...options, holdMs: 0 }, Date.now);
    try {
      const { trades, changes, faults } = await follower.look(async () => {});
      follower.closeDate(NEVER);
      return { trades, changes, faults };
    } finally {
      follower.abandon();
    }
  });
}
