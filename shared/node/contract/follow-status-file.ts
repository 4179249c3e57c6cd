import { type FollowStatus, followStatus } from '../../contract/follow-status.js';
import { readJson } from '../files/read-json.js';

const STATUS_BYTES_MAX = 1 << 20;
/** The follower writes its status each second. */
const SILENT_MS = 15_000;

/** What a follower last said; null where none has said anything. */
export function readFollowStatus(file: string): FollowStatus | null {
  return readJson(file, followStatus, STATUS_BYTES_MAX);
}

/** It does not run any more. @param nowMs wall time */
export function isFollowerSilent({ at }: FollowStatus, nowMs: number): boolean {
  return nowMs - Date.parse(at) > SILENT_MS;
}
