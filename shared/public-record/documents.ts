import { z } from 'zod';
import { sha256Hex } from '../reference.js';
import { publicEntry } from './entry.js';

/** What the publisher posts, each as the payload of a DSSE envelope under the state key. */
export const STATE_PAYLOAD_TYPE = 'application/vnd.believe.public-state+json';
export const HISTORY_PAYLOAD_TYPE = 'application/vnd.believe.public-history+json';
export const LOG_PAYLOAD_TYPE = 'application/vnd.believe.public-log+json';
export const CLICKS_PAYLOAD_TYPE = 'application/vnd.believe.clicks-request+json';

const count = z.number().int().nonnegative();
const text = z.string().max(300);
export const originName = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,80}(\/[a-z0-9-]{1,40})?$/, 'such as log.example.org');

const head = {
  v: z.literal(1),
  origin: originName,
  /** Grows with each document of a name; the page refuses what is not newer. */
  sequence: z.number().int().positive(),
  /** Wall time of signing. */
  at: z.iso.datetime(),
  synthetic: z.boolean(),
};

export const publicState = z.strictObject({
  ...head,
  kind: z.literal('state'),
  instrument: text,
  /** The next snapshot comes within so long, market open or not. */
  everySeconds: z.number().int().positive(),
  market: z.strictObject({
    time: z.iso.datetime(),
    isOpen: z.boolean(),
    /** Wall time until which that is so. */
    until: z.iso.datetime(),
  }),
  /** By the bridge's own signed word; null before the first. */
  bridge: z
    .strictObject({
      isUp: z.boolean(),
      trading: z.enum(['armed', 'halted', 'no-model']),
      /** Wall time of its word, of the last tick and of the last fill. */
      at: z.iso.datetime(),
      lastTickAt: z.iso.datetime().nullable(),
      lastFillAt: z.iso.datetime().nullable(),
      /** Long, short or flat, where the fund shows it. */
      position: z.enum(['long', 'short', 'flat']).nullable(),
      regime: z.strictObject({ sessionPhase: text, volatility: text.nullable(), trend: text.nullable() }).nullable(),
    })
    .nullable(),
  release: z
    .strictObject({
      modelVersion: count,
      gateVerdict: z.enum(['pass', 'hold']),
      liveSince: z.iso.datetime().nullable(),
    })
    .nullable(),
  /** Dates in a row on which every decision was that of a replay, bit for bit. */
  cleanDays: count,
  log: z.strictObject({ size: count, root: z.string().max(44) }),
  /** Seconds after which what the page shows is old. */
  limits: z.strictObject({ stateSeconds: count, bridgeSeconds: count, tickSeconds: count }),
});
export type PublicState = z.infer<typeof publicState>;

/** The newest entries of a kind, each with its place in the log. */
export const publicHistory = z.strictObject({
  ...head,
  kind: z.literal('history'),
  name: z.enum(['days', 'fills', 'events']),
  /** How many there are in the log; the rows may be fewer. */
  total: count,
  rows: z.array(z.strictObject({ index: count, entry: publicEntry })).max(1000),
});
export type PublicHistory = z.infer<typeof publicHistory>;
export const HISTORY_NAMES = publicHistory.shape.name.options;
export type HistoryName = PublicHistory['name'];

export const LOG_UPDATE_ENTRIES_MAX = 256;

/** Entries that follow, and the checkpoint that the log has with them. */
export const logUpdate = z.strictObject({
  v: z.literal(1),
  kind: z.literal('log'),
  origin: originName,
  from: count,
  /** Base64. */
  entries: z.array(z.string().max(6000)).max(LOG_UPDATE_ENTRIES_MAX),
  /** Signed note. */
  checkpoint: z.string().max(20_000),
});
export type LogUpdate = z.infer<typeof logUpdate>;

/** Asks for the clicks of a month; good for minutes. */
export const clicksRequest = z.strictObject({
  v: z.literal(1),
  kind: z.literal('clicks'),
  origin: originName,
  month: z.string().regex(/^\d{4}-\d\d$/),
  at: z.iso.datetime(),
});

/** What the page answers to a post. */
export const ingestAnswer = z.object({
  ok: z.boolean(),
  reason: z.string().optional(),
  /** What it has of that kind. */
  sequence: count.optional(),
  size: count.optional(),
  payloadSha256: sha256Hex.optional(),
});
export type IngestAnswer = z.infer<typeof ingestAnswer>;
