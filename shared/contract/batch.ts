import { z } from 'zod';
import { UTC_TIME } from '../fields/utc-time.js';
import { sha256Hex } from '../reference.js';
import { STATEMENT_TYPE } from '../trust/statement.js';
import {
  BATCH_FILES_MAX,
  batchEnvelopeName,
  batchFileName,
  EPOCH_MAX,
  SEQ_MAX,
  sourcePlace,
  streamName,
} from './batch-stream.js';

export const BATCH_PAYLOAD_TYPE = 'application/vnd.in-toto+json';
export const BATCH_PREDICATE_TYPE = 'urn:believe:batch:v1';

/** Bounds of what a receiver reads. A capture segment has 4096 MiB at most, and a turn of the event loop more. */
export const PLAIN_BYTES_MAX = 8 * 2 ** 30;
/** zstd adds less than this to what cannot be packed. */
const packedBytesMax = (plainBytes: number) => plainBytes + plainBytes / 256 + 1024;
const PACKED_BYTES_MAX = packedBytesMax(PLAIN_BYTES_MAX);
/** Of a part of a growing journal. */
export const RANGE_BYTES_MAX = 32 * 2 ** 20;

export const brokerName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits, hyphens');
const tradeDate = z.iso.date();
const count = z.number().int().nonnegative();
const bytesUpTo = (max: number) => z.number().int().positive().max(max);

/** A line by what it says of itself: its sequence number and its time (UTC, to the ns); null where it has none. */
export const lineMark = z.strictObject({
  seq: count.nullable(),
  time: z.string().regex(UTC_TIME, 'must be a UTC time of nine decimals at most').nullable(),
});
export type LineMark = Readonly<z.infer<typeof lineMark>>;

const batchFile = z
  .strictObject({
    /** As the broker calls it: `dom_ib-ESZ5-2025-12-01-3.jsonl`, `DU1-ESZ5/orders-2025-12-01.jsonl`. */
    name: z.string().min(1).max(200),
    /** Which bytes of that file: from the first to behind the last. */
    from: count,
    to: count,
    rows: z.number().int().positive(),
    /** Of the first and the last line that carry any. */
    first: lineMark,
    last: lineMark,
    /** Those bytes. */
    plain: z.strictObject({ size: bytesUpTo(PLAIN_BYTES_MAX), sha256: sha256Hex }),
    /** What travels: the same bytes as one zstd frame. */
    packed: z.strictObject({ name: z.string().max(200), size: bytesUpTo(PACKED_BYTES_MAX), sha256: sha256Hex }),
  })
  .refine(({ from, to, plain }) => to - from === plain.size, {
    path: ['to'],
    message: 'must be plain.size after from',
  });
export type BatchFile = Readonly<z.infer<typeof batchFile>>;

/** What a stream has of a trade date. */
export const dayTotals = z.strictObject({ batches: count, rows: count, first: lineMark, last: lineMark });
export type DayTotals = Readonly<z.infer<typeof dayTotals>>;

const chained = {
  broker: brokerName,
  stream: streamName,
  /** Raised by hand on both sides, where a broker has lost its place in its streams: they begin anew. */
  epoch: z.number().int().positive().max(EPOCH_MAX),
  /** 1 for the first batch of a stream, then without a gap. */
  seq: z.number().int().positive().max(SEQ_MAX),
  /** sha256 of the payload of the batch before; null for the first. */
  prev: sha256Hex.nullable(),
  /** Wall time of the broker. It may go back; `seq` orders. */
  sealed: z.iso.datetime(),
};

/** Data, the end of a trade date, or a sign of life. */
export const batchPredicate = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('data'),
      ...chained,
      tradeDate,
      files: z.array(batchFile).min(1).max(BATCH_FILES_MAX),
    }),
    z.strictObject({ kind: z.literal('close'), ...chained, tradeDate, totals: dayTotals }),
    z.strictObject({ kind: z.literal('heartbeat'), ...chained }),
  ])
  .refine(({ seq, prev }) => (seq === 1) === (prev === null), { path: ['prev'], message: 'only the first has none' })
  .refine(({ seq, kind }) => seq > 1 || kind === 'data', { path: ['kind'], message: 'a stream begins with data' })
  .superRefine((predicate, context) => {
    if (predicate.kind !== 'data') return;
    for (const [index, { name, from, packed }] of predicate.files.entries()) {
      const refuse = (field: string, message: string) =>
        context.addIssue({ code: 'custom', path: ['files', index, field], message });
      const place = sourcePlace(predicate.stream, name);
      if (place === null) refuse('name', 'is no file of this stream');
      if (place?.isWhole && from !== 0) refuse('from', 'must be 0: a segment travels whole');
      if ((place?.tradeDate ?? predicate.tradeDate) !== predicate.tradeDate) refuse('name', 'is of another trade date');
      if (packed.name !== batchFileName(predicate, index + 1))
        refuse('packed', `must be called ${batchFileName(predicate, index + 1)}`);
    }
  });
export type BatchPredicate = Readonly<z.infer<typeof batchPredicate>>;
export type DataBatch = Extract<BatchPredicate, { kind: 'data' }>;

/** in-toto Statement v1. Its subjects are the files that travel; of a batch without any, the batch that it follows. */
export const batchStatement = z
  .strictObject({
    _type: z.literal(STATEMENT_TYPE),
    subject: z
      .array(z.strictObject({ name: z.string().max(200), digest: z.strictObject({ sha256: sha256Hex }) }))
      .min(1)
      .max(BATCH_FILES_MAX),
    predicateType: z.literal(BATCH_PREDICATE_TYPE),
    predicate: batchPredicate,
  })
  .refine(({ subject, predicate }) => JSON.stringify(subject) === JSON.stringify(subjectsOf(predicate)), {
    path: ['subject'],
    message: 'must be the files of the predicate',
  });

function subjectsOf(predicate: BatchPredicate) {
  if (predicate.kind === 'data')
    return predicate.files.map(({ packed: { name, sha256 } }) => ({ name, digest: { sha256 } }));
  return [{ name: batchEnvelopeName({ ...predicate, seq: predicate.seq - 1 }), digest: { sha256: predicate.prev } }];
}

/** The payload's bytes, in the one form that is read. @throws ZodError when the predicate breaks a rule */
export function encodeBatch(predicate: BatchPredicate): Buffer {
  const statement = {
    _type: STATEMENT_TYPE,
    subject: subjectsOf(predicate),
    predicateType: BATCH_PREDICATE_TYPE,
    predicate,
  };
  return Buffer.from(JSON.stringify(batchStatement.parse(statement)));
}
