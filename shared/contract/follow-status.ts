import { z } from 'zod';

const count = z.number().int().nonnegative();

/** `broker/sierra/status-<contract>.json`, written by the follower of Sierra Chart's files each second: a reader sees it whole. */
export const followStatus = z.strictObject({
  v: z.literal(1),
  /** Wall time. */
  at: z.iso.datetime(),
  pid: count,
  symbol: z.string(),
  instrument: z.string(),
  dataFolder: z.string(),
  /** Since this process began. */
  trades: count,
  /** Operations on the ten levels. */
  changes: count,
  /** Records that were none. */
  faults: count,
  /** Wall time of the last event; null before the first. */
  lastEventAt: z.iso.datetime().nullable(),
  /** Of the file's own time: the newest event that is in a segment. */
  lastEventTime: z.iso.datetime().nullable(),
  /** Newest trade date of which nothing will come any more. */
  closedThrough: z.iso.date().nullable(),
  /** Files that are not there. */
  missing: z.array(z.string()),
  /** Why nothing is followed at the moment; null where it is. */
  problem: z.string().nullable(),
});
export type FollowStatus = Readonly<z.infer<typeof followStatus>>;
