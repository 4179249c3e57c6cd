import { z } from 'zod';
import { sha256Hex } from '../reference.js';
import { type BatchFile, type BatchPredicate, brokerName, type DayTotals, dayTotals, type LineMark } from './batch.js';
import type { BatchRefusalReason } from './batch-refusal.js';
import { sourcePlace, streamName } from './batch-stream.js';

const count = z.number().int().nonnegative();

/**
 * Where a stream has come to. Who seals and who receives come to the same head by the same batches: it is a pure function of
 * them, so either can make it again from envelopes.
 */
export const streamHead = z.strictObject({
  v: z.literal(1),
  broker: brokerName,
  stream: streamName,
  epoch: z.number().int().positive(),
  /** Of the last batch; 0 before the first. */
  seq: count,
  payloadSha256: sha256Hex.nullable(),
  sealed: z.iso.datetime().nullable(),
  /** What was sealed last of the files of a key (see `sourcePlace`). */
  places: z.record(z.string(), z.strictObject({ name: z.string(), from: count, to: count, sha256: sha256Hex })),
  /** The newest trade dates, oldest first. */
  days: z.array(z.strictObject({ tradeDate: z.iso.date(), isClosed: z.boolean(), totals: dayTotals })),
});
export type StreamHead = Readonly<z.infer<typeof streamHead>>;

/** Trade dates of which totals are remembered. */
const DAYS_KEPT = 10;

export function startOfStream(broker: string, stream: string, epoch: number): StreamHead {
  return { v: 1, broker, stream, epoch, seq: 0, payloadSha256: null, sealed: null, places: {}, days: [] };
}

/** Why a batch does not follow; null where it does. */
export function whyNotNext(
  head: StreamHead,
  batch: BatchPredicate,
): { readonly reason: BatchRefusalReason; readonly details: Readonly<Record<string, unknown>> } | null {
  const { seq, prev } = batch;
  if (batch.broker !== head.broker || batch.stream !== head.stream || batch.epoch !== head.epoch)
    return { reason: 'unknown-stream', details: { broker: batch.broker, stream: batch.stream, epoch: batch.epoch } };
  if (seq > head.seq + 1) return { reason: 'gap', details: { seq, taken: head.seq } };
  if (seq <= head.seq) return { reason: 'fork', details: { seq, taken: head.seq } };
  if (prev !== head.payloadSha256) return { reason: 'chain-break', details: { seq, prev, taken: head.payloadSha256 } };
  if (batch.kind === 'data') return whyNotNextBytes(head, batch.stream, batch.files);
  if (batch.kind === 'heartbeat') return null;
  const taken = head.days.find(({ tradeDate }) => tradeDate === batch.tradeDate)?.totals ?? null;
  if (JSON.stringify(taken) === JSON.stringify(batch.totals)) return null;
  return { reason: 'close-differs', details: { tradeDate: batch.tradeDate, told: batch.totals, taken } };
}

function whyNotNextBytes(head: StreamHead, stream: string, files: readonly BatchFile[]) {
  const places: Record<string, { name: string; to: number }> = { ...head.places };
  for (const { name, from, to } of files) {
    const { key, order, isWhole } = sourcePlace(stream, name)!;
    const last = places[key];
    const lastOrder = last === undefined ? undefined : sourcePlace(stream, last.name)!.order;
    const isSame = lastOrder === order && !isWhole;
    const isNext = from === 0 && (lastOrder === undefined || lastOrder < order);
    if (!(isSame ? from === last!.to : isNext))
      return { reason: 'range' as const, details: { name, from, last: last ? `${last.name} to ${last.to}` : null } };
    places[key] = { name, to };
  }
  return null;
}

/** The trade date whose totals data of another one would push out, where nobody has said yet what there was of it; null mostly. */
export function unclosedAndForgotten({ days }: StreamHead, byDataOf: string): string | null {
  const isNew = days.every(({ tradeDate }) => tradeDate !== byDataOf);
  const [oldest] = days;
  return isNew && days.length === DAYS_KEPT && !oldest!.isClosed ? oldest!.tradeDate : null;
}

/** @param batch one that follows */
export function headAfter(head: StreamHead, batch: BatchPredicate, payloadSha256: string): StreamHead {
  const next = { ...head, seq: batch.seq, payloadSha256, sealed: batch.sealed };
  if (batch.kind === 'heartbeat') return next;
  const day = head.days.find(({ tradeDate }) => tradeDate === batch.tradeDate);
  const others = head.days.filter(({ tradeDate }) => tradeDate !== batch.tradeDate);
  if (batch.kind === 'close') return { ...next, days: sorted([...others, { ...day!, isClosed: true }]) };
  const places = { ...head.places };
  for (const { name, from, to, plain } of batch.files)
    places[sourcePlace(batch.stream, name)!.key] = { name, from, to, sha256: plain.sha256 };
  const totals = totalsWith(day?.totals, batch.files);
  return { ...next, places, days: sorted([...others, { tradeDate: batch.tradeDate, isClosed: false, totals }]) };
}

function totalsWith(totals: DayTotals | undefined, files: readonly BatchFile[]): DayTotals {
  return {
    batches: (totals?.batches ?? 0) + 1,
    rows: (totals?.rows ?? 0) + files.reduce((sum, { rows }) => sum + rows, 0),
    first: files.reduce<LineMark>((mark, { first }) => told(mark, first), totals?.first ?? NO_MARK),
    last: told(
      files.reduceRight<LineMark>((mark, { last }) => told(mark, last), NO_MARK),
      totals?.last ?? NO_MARK,
    ),
  };
}

const NO_MARK: LineMark = { seq: null, time: null };

/** What the one says; where it says nothing, the other. */
function told(mark: LineMark, other: LineMark): LineMark {
  return { seq: mark.seq ?? other.seq, time: mark.time ?? other.time };
}

function sorted(days: StreamHead['days']): StreamHead['days'] {
  return days.sort((a, b) => (a.tradeDate < b.tradeDate ? -1 : 1)).slice(-DAYS_KEPT);
}
