import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { segmentsOf } from '../../broker/seal/captured-days.js';
import { type SealingHome, withSealer } from '../../broker/seal/open-sealer.js';
import { captureStream, instrumentOf, sourcePlace } from '../../shared/contract/batch-stream.js';
import type { CapturedDay } from '../../shared/contract/capture-file.js';
import { IB_SOURCE } from '../../shared/contract/capture-source.js';
import type { StreamHead } from '../../shared/contract/stream-head.js';
import type { TradeDateHours } from '../../shared/market/clock/trade-date-hours.js';
import type { StepContext } from '../../shared/orchestration/step-context.js';
import type { Captured, SealedDay, SealedJournals } from './path-contract.js';
import { isFollowed, NO_SECOND, otherSources, type SecondCapture } from './second-capture.js';

export interface PathHome extends SealingHome {
  readonly hours: TradeDateHours;
  /** Where none is named, there is none. */
  readonly second?: SecondCapture | undefined;
}

const POLL_MS = 500;
const isJournal = (stream: string) => instrumentOf(stream) === null;

/** The trade date before the one that the market is at. */
export function newestEnded({ hours }: PathHome): string {
  return hours.tradeDateBefore(hours.tradeDateNow());
}

/** Waits until the market has left the trade date and no segment of it is written any more. */
export async function awaitCaptured(
  { brokerFolder, hours, second = NO_SECOND }: PathHome,
  day: CapturedDay,
  { signal, progress }: StepContext,
): Promise<Captured> {
  const isBridge = (day.source ?? IB_SOURCE) === IB_SOURCE;
  let untilMs = Number.POSITIVE_INFINITY;
  for (;;) {
    const { count, open } = segmentsOf(brokerFolder, day);
    const [file] = open;
    const isOver = hours.isOver(day.tradeDate);
    if (isOver && !isBridge) untilMs = Math.min(untilMs, Date.now() + second.patienceSeconds * 1000);
    const isWritten = file === undefined && (isBridge || isFollowed(second, day));
    if ((isOver && isWritten) || Date.now() > untilMs)
      return {
        segments: count,
        ...(isBridge ? { others: otherSources(brokerFolder, second, day) } : { open: open.length }),
      };
    const what = file === undefined ? '' : `, ${path.basename(file)} is still written: who captures closes it`;
    progress({ doing: `waiting for the end of ${day.tradeDate}${what}` });
    await pause(POLL_MS, undefined, { signal });
  }
}

/** Seals the segments of the stream and what there is of the day; null where nothing was captured. @throws SealSourceChanged */
export async function sealCapture(
  home: PathHome,
  { source, instrument, tradeDate }: CapturedDay,
  { signal, progress }: StepContext,
): Promise<SealedDay | null> {
  const stream = captureStream(instrument, source);
  return await withSealer(home, async (sealer) => {
    let done = 0;
    for await (const { plainBytes } of sealer.sealStream(stream, signal)) {
      done += plainBytes;
      progress({ doing: `sealing ${stream}: ${(done / 1e6).toFixed(1)} MB`, done });
    }
    sealer.closeDay(stream, tradeDate);
    return sealedDay(sealer.head(stream), tradeDate);
  });
}

/** Of a date that the head has forgotten only that everything of it lies before. */
function sealedDay(head: StreamHead, tradeDate: string): SealedDay | null {
  const { stream, epoch, seq, days, places } = head;
  const totals = days.find((day) => day.tradeDate === tradeDate)?.totals;
  if (totals) return { stream, epoch, seq, batches: totals.batches, rows: totals.rows };
  const oldest = days[0]?.tradeDate ?? '';
  const last = places.segments && sourcePlace(stream, places.segments.name);
  return last && tradeDate < oldest ? { stream, epoch, seq, batches: 0, rows: 0 } : null;
}

/** One round over the journals; with `close`, also what there is to say of every day up to the trade date. */
export async function sealJournals(
  home: PathHome,
  tradeDate: string,
  close: boolean,
  { signal, progress }: StepContext,
): Promise<SealedJournals> {
  const { hours, upload } = home;
  // Asked before anything is read: what was written by then is all that belongs to the date.
  const isOver = hours.isOver(tradeDate);
  return await withSealer(home, async (sealer) => {
    progress({ doing: 'sealing journals' });
    const { sealed, failed } = await sealer.sealAll(signal, isJournal);
    const streams = sealer.sealedStreams(isJournal);
    const closes = close ? streams.flatMap(({ stream }) => sealer.closeDays(stream, tradeDate)) : [];
    return {
      streams: closes.length > 0 ? sealer.sealedStreams(isJournal) : streams,
      batches: sealed.length + closes.length,
      rows: sealed.reduce((sum, { rows }) => sum + rows, 0),
      failed: failed.map(({ stream, failure }) => ({ stream, type: failure.type, message: failure.message })),
      isOver,
      nextInSeconds: hours.nextLookInSeconds(tradeDate, upload.journalEverySeconds),
    };
  });
}
