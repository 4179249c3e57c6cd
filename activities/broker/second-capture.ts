import { segmentsOf } from '../../broker/seal/captured-days.js';
import type { CapturedDay } from '../../shared/contract/capture-file.js';
import { type CaptureSource, OTHER_SOURCES } from '../../shared/contract/capture-source.js';
import type { FollowStatus } from '../../shared/contract/follow-status.js';
import { isFollowerSilent, readFollowStatus } from '../../shared/node/contract/follow-status-file.js';

/** What this broker is told of the capture beside the bridge. */
export interface SecondCapture {
  /** The follower of Sierra Chart's files should run here. */
  readonly isExpected: boolean;
  readonly statusFile: (instrument: string) => string;
  /** How long a trade date waits for it after its end. */
  readonly patienceSeconds: number;
}

export const NO_SECOND: SecondCapture = { isExpected: false, statusFile: () => '', patienceSeconds: 0 };

/** Who has captured the contract on this date beside the bridge, or should have. */
export function otherSources(brokerFolder: string, second: SecondCapture, day: CapturedDay): CaptureSource[] {
  const follows = statusOf(second, day.instrument) !== null;
  return OTHER_SOURCES.filter(
    (source) => (source === 'sierra' && follows) || segmentsOf(brokerFolder, { ...day, source }).count > 0,
  );
}

/** Nothing of the date will come any more: the follower says so, or it does not run, or another program captures. */
export function isFollowed(second: SecondCapture, { source, instrument, tradeDate }: CapturedDay): boolean {
  if (source !== 'sierra') return true;
  // Also of a follower that has ended with the last date of its contract.
  if ((readFollowStatus(second.statusFile(instrument))?.closedThrough ?? '') >= tradeDate) return true;
  return statusOf(second, instrument) === null && !second.isExpected;
}

/** Null where no follower runs. */
function statusOf({ statusFile }: SecondCapture, instrument: string): FollowStatus | null {
  const status = readFollowStatus(statusFile(instrument));
  return status === null || isFollowerSilent(status, Date.now()) ? null : status;
}
