import { emptyTick, readTick, tickFault } from '../../shared/market/sierra/scid-record.js';
import { SCID } from '../../shared/market/sierra/sierra-file.js';
import type { GrowingFile } from './growing-file.js';
import { type RecentTrade, RecentTrades } from './recent-trades.js';
import { datableUsAt, eachRecordFrom, type IsDatable, indexSince, newestUsOf } from './record-times.js';

/** How far a file was followed before it was written anew. */
export interface FollowedBefore {
  /** Newest time that was taken, and how many records had it. */
  readonly lastUs: number;
  readonly recordsAtLast: number;
  readonly recent: readonly RecentTrade[];
}

/** A download may date a trade otherwise, by so much at most: Sierra Chart tells trades of one millisecond apart by microseconds. */
const REDATED_US_MAX = 1_000_000;
/** Before that, so that the trades before the last one are there too. */
const RECORDS_BEFORE = 4096;

/**
 * Where a file that was written anew goes on: behind the trades that were followed last, which it holds with these times or
 * others; where it does not, behind the last time.
 * @param isSettled it has not grown for a while: what it does not hold now will not come
 * @returns null where it does not reach so far yet
 */
export function offsetBehind(
  file: GrowingFile,
  before: FollowedBefore,
  isSettled: boolean,
  isDatable: IsDatable,
): number | null {
  const { found, isBeyond } = search(file, before, isDatable);
  if (found !== null) return found;
  const newestUs = newestUsOf(file, isDatable);
  const isReached = isBeyond || (isSettled && newestUs !== null && newestUs >= before.lastUs);
  return isReached ? offsetByTime(file, before, isDatable) : null;
}

function search(file: GrowingFile, { lastUs, recordsAtLast, recent }: FollowedBefore, isDatable: IsDatable) {
  const held = new RecentTrades();
  const tick = emptyTick();
  let [found, isBeyond, atLast]: [number | null, boolean, number] = [null, false, 0];
  let least = Number.POSITIVE_INFINITY;
  const from = Math.max(0, indexSince(file, lastUs - REDATED_US_MAX, isDatable) - RECORDS_BEFORE);
  eachRecordFrom(file, SCID, from, (bytes, at, offset) => {
    const us = datableUsAt(bytes, at, isDatable);
    if (us > lastUs + REDATED_US_MAX) isBeyond = true;
    if (isBeyond) return false;
    readTick(bytes, at, tick);
    if (Number.isNaN(us) || tickFault(tick) !== null) return true;
    if (us === lastUs) atLast++;
    if (tick.volume > 0) held.add(tick);
    // Of several such places the one nearest in time; of one time, that with as many records of it.
    const distance = us === lastUs ? Math.abs(atLast - recordsAtLast) / 1e6 : Math.abs(us - lastUs);
    if (distance > REDATED_US_MAX || distance >= least || !held.endsWith(recent)) return true;
    least = distance;
    found = offset + SCID.recordBytes;
    return true;
  });
  return { found: found as number | null, isBeyond: isBeyond as boolean };
}

function offsetByTime(file: GrowingFile, { lastUs, recordsAtLast }: FollowedBefore, isDatable: IsDatable): number {
  let left = recordsAtLast;
  let behind = file.endOffset;
  eachRecordFrom(file, SCID, indexSince(file, lastUs, isDatable), (bytes, at, offset) => {
    const us = datableUsAt(bytes, at, isDatable);
    if (us > lastUs || (us === lastUs && left-- === 0)) {
      behind = offset;
      return false;
    }
    return true;
  });
  return behind;
}
