import { segmentsOf } from '../../broker/seal/captured-days.js';
import type { CapturedDay } from '../../shared/contract/capture-file.js';
import { type CaptureSource, OTHER_SOURCES } from '../../shared/contract/capture-source.js';
import { type FollowStatus, followStatus } from '../../shared/contract/follow-status.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { readPlainFile } from '../../shared/node/disk/plain-file.js';

/** What this broker is told of the capture beside the bridge. */
export interface SecondCapture {
  /** The follower of Sierra Chart's files should run here. */
  readonly isExpected: boolean;
  readonly statusFile: (instrument: string) => string;
  /** How long a trade date waits for it after its end. */
  readonly patienceSeconds: number;
}

export const NO_SECOND: SecondCapture = { isExpected: false, statusFile: () => '', patienceSeconds: 0 };
const STATUS_BYTES_MAX = 1 << 20;
/** The follower writes its status each second. */
const SILENT_MS = 15_000;

/** Who has captured the contract on this date beside the bridge, or should have. */
export function otherSources(brokerFolder: string, second: SecondCapture, day: CapturedDay): CaptureSource[] {
  const follows = statusOf(second, day.instrument)?.instrument === day.instrument;
  return OTHER_SOURCES.filter(
    (source) => (source === 'sierra' && follows) || segmentsOf(brokerFolder, { ...day, source }).count > 0,
  );
}

/** Nothing of the date will come any more: the follower says so, or it does not run, or another program captures. */
export function isFollowed(second: SecondCapture, { source, instrument, tradeDate }: CapturedDay): boolean {
  if (source !== 'sierra') return true;
  const status = statusOf(second, instrument);
  return status === null ? !second.isExpected : (status.closedThrough ?? '') >= tradeDate;
}

/** Null where no follower runs. */
function statusOf({ statusFile }: SecondCapture, instrument: string): FollowStatus | null {
  try {
    const status = followStatus.safeParse(
      jsonOrUndefined(readPlainFile(statusFile(instrument), STATUS_BYTES_MAX).toString('utf8')),
    ).data;
    return status && Date.now() - Date.parse(status.at) < SILENT_MS ? status : null;
  } catch {
    return null;
  }
}
