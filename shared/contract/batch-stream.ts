import { z } from 'zod';
import { parseSegmentFile } from './capture-file.js';
import { type CaptureSource, captureSource, IB_SOURCE } from './capture-source.js';

/** Streams besides what is captured: one of each for a broker. */
const OTHER_STREAMS = ['orders', 'decisions', 'swaps', 'alarms', 'status'] as const;
const CAPTURE = /^capture\/([a-z0-9_]{1,20})\/([A-Za-z0-9][A-Za-z0-9._-]{0,39})$/;

/** An endless sequence of batches: `capture/<source>/<instrument>`, `orders`, `decisions`, `swaps`, `alarms`, `status`. */
export const streamName = z
  .string()
  .max(80)
  .refine((name) => (OTHER_STREAMS as readonly string[]).includes(name) || CAPTURE.test(name), 'must name a stream');

export function captureStream(instrument: string, source: CaptureSource = IB_SOURCE): string {
  return streamName.parse(`capture/${source}/${instrument}`);
}

/** The instrument of a stream of captured segments; null for the other streams. */
export function instrumentOf(stream: string): string | null {
  return CAPTURE.exec(stream)?.[2] ?? null;
}

/** Who captured a stream of segments; null for the other streams. */
export function sourceOf(stream: string): CaptureSource | null {
  return captureSource.safeParse(CAPTURE.exec(stream)?.[1]).data ?? null;
}

/** As file and folder names have it: a source has no hyphen, so the stream can be told again. */
export function flatNameOf(stream: string): string {
  return stream.replaceAll('/', '-');
}

/** Null where it is the name of no stream. */
export function streamOfFlatName(flat: string): string | null {
  const capture = /^capture-([^-]+)-(.+)$/.exec(flat);
  const { success, data } = streamName.safeParse(capture ? `capture/${capture[1]}/${capture[2]}` : flat);
  return success ? data : null;
}

export const SEQ_MAX = 9_999_999_999;
export const EPOCH_MAX = 9999;
export const BATCH_FILES_MAX = 16;

export interface BatchPlace {
  readonly stream: string;
  readonly epoch: number;
  readonly seq: number;
}

/** Names sort as the batches of a stream follow each other; and the files of a batch before its envelope. */
export function batchName({ stream, epoch, seq }: BatchPlace): string {
  return `${streamFolder({ stream, epoch })}-${String(seq).padStart(10, '0')}`;
}

/** What files and folders of a stream in an epoch are called. */
export function streamFolder({ stream, epoch }: Pick<BatchPlace, 'stream' | 'epoch'>): string {
  return `${flatNameOf(stream)}-e${String(epoch).padStart(4, '0')}`;
}

/** What the receipt of a stream is called: the signed checkpoint of research's log of it. */
export function receiptFile(stream: Pick<BatchPlace, 'stream' | 'epoch'>): string {
  return `${streamFolder(stream)}.note`;
}

export function batchEnvelopeName(place: BatchPlace): string {
  return `${batchName(place)}${ENVELOPE_SUFFIX}`;
}

/** @param number 1 for the first file of a batch */
export function batchFileName(place: BatchPlace, number: number): string {
  return `${batchName(place)}-${String(number).padStart(2, '0')}.zst`;
}

const ENVELOPE_SUFFIX = '.dsse.json';
const NAME = /^(.+)-e(\d{4})-(\d{10})(?:-(\d\d)\.zst|\.dsse\.json)$/;

export type ParsedBatchFile = BatchPlace & { readonly kind: 'envelope' | 'data' };

/** What a file of a batch is, by its name alone; null for every name that we do not give. */
export function parseBatchFile(file: string): ParsedBatchFile | null {
  const match = NAME.exec(file);
  const stream = match && streamOfFlatName(match[1]!);
  if (!match || stream === null) return null;
  const [epoch, seq, number] = [Number(match[2]), Number(match[3]), match[4] === undefined ? null : Number(match[4])];
  if (epoch === 0 || seq === 0 || number === 0 || (number ?? 1) > BATCH_FILES_MAX) return null;
  return { stream, epoch, seq, kind: number === null ? 'envelope' : 'data' };
}

/** Which file of the broker a part of a stream comes from. Files of one key follow each other in `order`. */
export interface SourcePlace {
  readonly key: string;
  readonly order: string;
  /** Null where a file holds many trade dates. */
  readonly tradeDate: string | null;
  /** Closed: it travels whole and never grows. */
  readonly isWhole: boolean;
}

const FOLDER = '[A-Za-z0-9][A-Za-z0-9. _-]{0,79}';
const DATED: Readonly<Record<string, RegExp>> = {
  orders: new RegExp(`^(${FOLDER})/orders-(\\d{4}-\\d\\d-\\d\\d)\\.jsonl$`),
  decisions: /^()decisions-(\d{4}-\d\d-\d\d)\.jsonl$/,
  status: /^()status-(\d{4}-\d\d-\d\d)\.jsonl$/,
};

/** @param name as batches call it; null where the stream has no such file */
export function sourcePlace(stream: string, name: string): SourcePlace | null {
  const instrument = instrumentOf(stream);
  if (instrument !== null) return segmentPlace(stream, instrument, name);
  const dated = DATED[stream]?.exec(name);
  if (dated) return { key: dated[1] || stream, order: dated[2]!, tradeDate: dated[2]!, isWhole: false };
  const isUndated = (stream === 'swaps' || stream === 'alarms') && name === `${stream}.jsonl`;
  return isUndated ? { key: stream, order: '', tradeDate: null, isWhole: false } : null;
}

function segmentPlace(stream: string, instrument: string, name: string): SourcePlace | null {
  const source = sourceOf(stream);
  const segment = source && parseSegmentFile(name, source);
  if (segment?.instrument !== instrument || segment.open || !name.endsWith('.jsonl')) return null;
  const order = `${segment.tradeDate}-${String(segment.number).padStart(9, '0')}`;
  return { key: 'segments', order, tradeDate: segment.tradeDate, isWhole: true };
}
