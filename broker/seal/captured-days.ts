import { existsSync } from 'node:fs';
import path from 'node:path';
import { captureStream, instrumentOf, sourcePlace } from '../../shared/contract/batch-stream.js';
import { type CapturedDay, parseSegmentFile } from '../../shared/contract/capture-file.js';
import { IB_SOURCE, SOURCE_NAMES } from '../../shared/contract/capture-source.js';
import type { StreamHead } from '../../shared/contract/stream-head.js';
import { readAcknowledged } from '../prune/acknowledge.js';
import { filesIn } from './names-in.js';
import { sealPlaces } from './seal-places.js';

/** Segments of a contract's trade date, in their order, and which of them are still written. */
export function segmentsOf(brokerFolder: string, { source = IB_SOURCE, instrument, tradeDate }: CapturedDay) {
  const segments = allSegments(brokerFolder)
    .filter(
      (segment) => segment.source === source && segment.instrument === instrument && segment.tradeDate === tradeDate,
    )
    .sort((a, b) => a.number - b.number);
  const files = (isOpen: boolean) => segments.filter(({ open }) => open === isOpen).map(({ file }) => file);
  return { count: segments.length, open: files(true), closed: files(false) };
}

/** Every trade date of which a segment lies here, by contract and source. */
export function capturedDays(brokerFolder: string): Required<CapturedDay>[] {
  const days = allSegments(brokerFolder).map(({ source, instrument, tradeDate }) => ({
    source,
    instrument,
    tradeDate,
  }));
  return [...new Map(days.map((day) => [`${day.tradeDate} ${day.instrument} ${day.source}`, day])).values()];
}

/**
 * Trade dates before a given one of which research has not acknowledged all that was captured, with their close; oldest
 * first, so that each contract's stream goes on in its order.
 */
export function captureBacklog(
  brokerFolder: string,
  of: {
    readonly broker: string;
    readonly epoch: number;
    readonly before: string;
    readonly instrument?: string | undefined;
  },
): CapturedDay[] {
  const days = capturedDays(brokerFolder).filter(
    ({ instrument, tradeDate }) =>
      (of.instrument === undefined || of.instrument === instrument) && tradeDate < of.before,
  );
  const heads = new Map<string, StreamHead>();
  const acknowledged = ({ instrument, source }: CapturedDay) => {
    const stream = captureStream(instrument, source);
    const head =
      heads.get(stream) ?? readAcknowledged(sealPlaces(brokerFolder), of.broker, { stream, epoch: of.epoch }).head;
    heads.set(stream, head);
    return head;
  };
  const missing = days.filter((day) => !isClosedIn(acknowledged(day), day.tradeDate));
  // All captures of a contract's date come home together.
  const together = new Map(
    missing.map(({ instrument, tradeDate }) => [`${tradeDate} ${instrument}`, { instrument, tradeDate }]),
  );
  return [...together].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, day]) => day);
}

/** A head remembers the newest dates; one from before them was closed, or it would have been in the way of those. */
function isClosedIn(head: StreamHead, tradeDate: string): boolean {
  const day = head.days.find((one) => one.tradeDate === tradeDate);
  if (day !== undefined) return day.isClosed;
  const last = head.places.segments;
  const lastDate = last === undefined ? '' : sourcePlace(head.stream, last.name)!.tradeDate!;
  return tradeDate < lastDate && tradeDate < (head.days[0]?.tradeDate ?? '');
}

function allSegments(brokerFolder: string) {
  const { captureOf } = sealPlaces(brokerFolder);
  return SOURCE_NAMES.flatMap((source) => {
    const folder = captureOf(source);
    if (!existsSync(folder)) return [];
    return filesIn(folder).flatMap((name) => {
      const segment = parseSegmentFile(name, source);
      return segment === null || instrumentOf(`capture/${source}/${segment.instrument}`) === null
        ? []
        : [{ ...segment, file: path.join(folder, name) }];
    });
  });
}
