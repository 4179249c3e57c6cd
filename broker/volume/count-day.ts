import type { RthSession } from '../../shared/market/calendar/session.js';
import { type EventBatch, EventKind } from '../../shared/market/events/event-batch.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';

export interface CountedDay {
  /** Contracts. */
  readonly volume: number;
  readonly missingSeconds: number;
  /** Lines, headers included. */
  readonly rows: number;
}

/** A contract that is captured around a roll is never so quiet in regular hours: nothing was captured. */
const QUIET_MS_MAX = 60_000;

/**
 * What was traded on a trade date by its segments, in their order, and how much of its regular hours they lack.
 * @throws BadInput; the signal's reason
 */
export async function countDay(
  files: readonly string[],
  { rthOpenMs, rthCloseMs }: Pick<RthSession, 'rthOpenMs' | 'rthCloseMs'>,
  signal?: AbortSignal,
): Promise<CountedDay> {
  let [volume, rows, missingMs, lastMs] = [0, 0, 0, rthOpenMs];
  const reached = (ms: number) => {
    const atMs = Math.min(ms, rthCloseMs);
    if (atMs - lastMs > QUIET_MS_MAX) missingMs += atMs - lastMs;
    lastMs = Math.max(lastMs, atMs);
  };
  const take = ({ length, kind, size, baseNs, tsRecvNs }: EventBatch) => {
    const baseMs = Number(baseNs / 1_000_000n);
    for (let i = 0; i < length; i++) {
      if (kind[i] === EventKind.trade) volume += size[i]!;
      // A gap or a reset is no sign of the market.
      if (kind[i] === EventKind.trade || kind[i] === EventKind.depth) reached(baseMs + tsRecvNs[i]! / 1e6);
    }
  };
  for (const path of files) {
    const file = await openDepthFile(path, signal ? { signal } : {});
    for await (const batch of file.batches()) take(batch);
    const { depth, trades, resets, gaps } = file.counts;
    rows += 1 + depth + trades + resets + gaps;
  }
  reached(rthCloseMs);
  return { volume, missingSeconds: Math.round(missingMs / 1000), rows };
}
