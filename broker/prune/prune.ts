import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseBatchFile, sourcePlace } from '../../shared/contract/batch-stream.js';
import { parseSegmentFile, segmentFile } from '../../shared/contract/capture-file.js';
import { SOURCE_NAMES } from '../../shared/contract/capture-source.js';
import type { StreamHead } from '../../shared/contract/stream-head.js';
import { syncFolder } from '../../shared/node/disk/replace-file.js';
import { filesIn } from '../seal/names-in.js';
import { type SealPlaces, sealPlaces } from '../seal/seal-places.js';
import { readAcknowledged } from './acknowledge.js';

export interface PruneOptions {
  readonly brokerFolder: string;
  readonly broker: string;
  readonly epoch: number;
  /** Trade dates before today's that are kept here although research has them. */
  readonly retentionDays: number;
  /** Trade date now, by market time. */
  readonly tradeDate: string;
}

/**
 * Deletes what research has acknowledged: sealed batches at once, since the bridge's own files are still there, and those files when
 * they are older than the retention. Never what was not acknowledged, and never the newest trade date of a kind. The order
 * journals stay, as do swaps and alarms: they are small, and the bridge reads them when it starts.
 * @returns names of what was deleted
 */
export function prune(options: PruneOptions): string[] {
  const places = sealPlaces(options.brokerFolder);
  const heads = new Map<string, StreamHead>();
  const headOf = (stream: string) => {
    const known = heads.get(stream) ?? readAcknowledged(places, options.broker, { stream, epoch: options.epoch }).head;
    heads.set(stream, known);
    return known;
  };
  return [...pruneOutbox(places, options.epoch, headOf), ...pruneSources(places, options, headOf)];
}

function pruneOutbox(places: SealPlaces, epoch: number, headOf: (stream: string) => StreamHead): string[] {
  if (!existsSync(places.outbox)) return [];
  // Data before envelopes: an envelope without data would ask for them.
  const done = readdirSync(places.outbox)
    .sort()
    .filter((name) => {
      const place = parseBatchFile(name);
      return place !== null && place.epoch === epoch && place.seq <= headOf(place.stream).seq;
    });
  return removed(places.outbox, done);
}

function pruneSources(places: SealPlaces, options: PruneOptions, headOf: (stream: string) => StreamHead): string[] {
  const before = dayBefore(options.tradeDate, options.retentionDays);
  const inFolder = (folder: string, streamOf: (name: string) => string | null) => {
    const files = filesIn(folder).flatMap((name) => {
      const stream = streamOf(name);
      const place = stream === null ? null : sourcePlace(stream, name);
      return stream === null || place?.tradeDate == null ? [] : [{ name, stream, place, date: place.tradeDate }];
    });
    const newest = new Map<string, string>();
    for (const { stream, date } of files) if (date > (newest.get(stream) ?? '')) newest.set(stream, date);
    const done = files.filter(({ stream, place, date }) => {
      const last = headOf(stream).places[place.key];
      const lastOrder = last === undefined ? '' : sourcePlace(stream, last.name)!.order;
      // A segment is sealed whole; of a journal that was sealed last, more may come.
      const isAcknowledged = place.isWhole ? place.order <= lastOrder : place.order < lastOrder;
      return isAcknowledged && date < before && date < newest.get(stream)!;
    });
    return removed(
      folder,
      done.map(({ name }) => name),
    );
  };
  return [
    ...SOURCE_NAMES.flatMap((source) =>
      inFolder(places.captureOf(source), (name) => {
        const segment = parseSegmentFile(name, source);
        return segment === null || segmentFile(segment) !== name ? null : `capture/${source}/${segment.instrument}`;
      }),
    ),
    ...inFolder(places.journal, () => 'decisions'),
    ...inFolder(places.status, () => 'status'),
  ];
}

function removed(folder: string, names: readonly string[]): string[] {
  for (const name of names) rmSync(path.join(folder, name), { force: true, maxRetries: 5 });
  if (names.length > 0) syncFolder(folder);
  return [...names];
}

/** Dates before this one are older than the retention. */
function dayBefore(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}
