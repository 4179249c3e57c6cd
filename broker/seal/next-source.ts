import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { PLAIN_BYTES_MAX } from '../../shared/contract/batch.js';
import {
  captureStream,
  flatNameOf,
  instrumentOf,
  type SourcePlace,
  sourceOf,
  sourcePlace,
} from '../../shared/contract/batch-stream.js';
import { parseSegmentFile, segmentFile } from '../../shared/contract/capture-file.js';
import { type CaptureSource, SOURCE_NAMES } from '../../shared/contract/capture-source.js';
import type { StreamHead } from '../../shared/contract/stream-head.js';
import { syncFolder } from '../../shared/node/disk/replace-file.js';
import { filesIn, foldersIn } from './names-in.js';
import { SealSourceChanged } from './seal-failure.js';
import type { SealPlaces } from './seal-places.js';
import { requireSame, wholeLinesEnd } from './whole-lines.js';

/** Bytes of a file that were not sealed yet. */
export interface NewBytes {
  readonly file: string;
  /** As batches call it. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Null where the file does not say it. */
  readonly tradeDate: string | null;
}

/** Streams that have anything at all, in the order in which they are sealed: what money hangs on first. */
export function streamsWithFiles(places: SealPlaces): string[] {
  const has = (stream: string) => filesOf(places, stream).length > 0;
  return ['orders', 'swaps', 'alarms', 'decisions', 'status'].filter(has).concat(captureStreams(places));
}

function captureStreams({ captureOf }: SealPlaces): string[] {
  return SOURCE_NAMES.flatMap((source) => {
    const segments = filesIn(captureOf(source)).map((name) => parseSegmentFile(name, source));
    const instruments = segments.flatMap((segment) => (segment === null ? [] : [segment.instrument]));
    return [...new Set(instruments)].sort().map((instrument) => captureStream(instrument, source));
  });
}

/** The next bytes of a stream; null where everything is sealed. @throws SealSourceChanged */
export async function nextBytes(places: SealPlaces, head: StreamHead): Promise<NewBytes | null> {
  const [instrument, source] = [instrumentOf(head.stream), sourceOf(head.stream)];
  return instrument === null || source === null
    ? nextLines(places, head)
    : nextSegment(places, head, instrument, source);
}

function nextSegment(places: SealPlaces, head: StreamHead, instrument: string, source: CaptureSource): NewBytes | null {
  const capture = places.captureOf(source);
  const names = filesIn(capture);
  // A name that is read here must not be gone after a power cut: the bridge may not have waited for it yet.
  syncFolder(capture);
  const last = head.places.segments;
  const lastOrder = last === undefined ? '' : sourcePlace(head.stream, last.name)!.order;
  const waiting = names
    .flatMap((name) => {
      const segment = parseSegmentFile(name, source);
      if (segment?.instrument !== instrument) return [];
      const closed = segmentFile(segment);
      return [{ name, closed, order: sourcePlace(head.stream, closed)!.order }];
    })
    .filter(({ order }) => order > lastOrder)
    .sort((a, b) => (a.order < b.order ? -1 : 1));
  const next = waiting[0];
  // One that is still written comes before all that follow it, also where its bridge has died over it.
  if (next === undefined || (next.name !== next.closed && next.name.endsWith('.open'))) return null;
  const file = path.join(capture, next.name);
  if (next.name !== next.closed) throw new SealSourceChanged(file, 'was packed before it was sealed');
  const { size } = statSync(file);
  if (size === 0 || size > PLAIN_BYTES_MAX) throw new SealSourceChanged(file, `has ${size} bytes`);
  return { file, name: next.name, from: 0, to: size, tradeDate: sourcePlace(head.stream, next.name)!.tradeDate };
}

async function nextLines(places: SealPlaces, head: StreamHead): Promise<NewBytes | null> {
  // Listed before any is measured: what a file has when its successor was there already is all that it will ever have.
  const files = filesOf(places, head.stream);
  for (const key of Object.keys(head.places)) requireStillThere(files, key, head);
  for (const { file, name, place } of files) {
    const last = head.places[place.key];
    const lastOrder = last === undefined ? '' : sourcePlace(head.stream, last.name)!.order;
    if (last !== undefined && place.order < lastOrder) continue;
    const from = last !== undefined && place.order === lastOrder ? last.to : 0;
    const to = wholeLinesEnd(file, from);
    if (to === from) continue;
    if (from > 0) await requireSame(file, last!);
    return { file, name, from, to, tradeDate: place.tradeDate };
  }
  return null;
}

function requireStillThere(files: readonly SourceFile[], key: string, head: StreamHead): void {
  const { name } = head.places[key]!;
  if (files.some((file) => file.name === name)) return;
  throw new SealSourceChanged(name, 'was sealed before and is gone, so that lines behind those may be lost');
}

interface SourceFile {
  readonly file: string;
  readonly name: string;
  readonly place: SourcePlace;
}

/** Files of a stream that are no segments, by trade date and then by key. */
function filesOf(places: SealPlaces, stream: string): SourceFile[] {
  const inFolder = (folder: string, prefix = '') =>
    filesIn(folder).flatMap((base) => {
      const name = `${prefix}${base}`;
      const place = sourcePlace(stream, name);
      return place === null ? [] : [{ file: path.join(folder, base), name, place }];
    });
  switch (stream) {
    case 'orders':
      return byOrder(
        foldersIn(places.journal).flatMap((folder) => inFolder(path.join(places.journal, folder), `${folder}/`)),
      );
    case 'decisions':
      return byOrder(inFolder(places.journal));
    case 'status':
      return byOrder(inFolder(places.status));
    case 'swaps':
    case 'alarms':
      return existsSync(places[stream])
        ? [{ file: places[stream], name: `${stream}.jsonl`, place: sourcePlace(stream, `${stream}.jsonl`)! }]
        : [];
    default:
      throw new RangeError(`${flatNameOf(stream)} has segments`);
  }
}

function byOrder(files: SourceFile[]): SourceFile[] {
  return files.sort((a, b) => (a.place.order + a.place.key < b.place.order + b.place.key ? -1 : 1));
}
