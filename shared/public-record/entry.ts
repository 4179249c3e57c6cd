import { z } from 'zod';
import { sha256Hex } from '../reference.js';

/**
 * Entries of the public log. An entry is the JSON of one of these, fields in this order, no spaces: one form, so that its hash is
 * one too. Prices in points, quantities in contracts, times in UTC.
 */
const text = z.string().max(300);
const count = z.number().int().nonnegative();
const instrument = z.string().min(1).max(40);

/** Which line of a signed batch it was made from: `believe.batch` of this place in the log of its stream. */
export const entrySource = z.strictObject({
  stream: z.string().max(80),
  epoch: count,
  seq: count,
  /** In the batch, from 1. */
  line: count,
});
export type EntrySource = z.infer<typeof entrySource>;

/** What is opened later: the fill, as the bridge journalled it. */
export const publicFill = z.strictObject({
  instrument,
  side: z.enum(['BUY', 'SELL']),
  contracts: z.number().int().nonnegative(),
  price: z.number(),
  marketTime: z.iso.datetime(),
  /** Wall time. */
  at: z.iso.datetime(),
  modelVersion: count.nullable(),
  /** Hash of the exchange's name for it, and of the execution that it replaces; no contracts: the exchange has taken that one back. */
  execution: sha256Hex,
  corrects: sha256Hex.nullable(),
  /** Payload of the batch, as its broker has signed it. */
  batchSha256: sha256Hex,
  source: entrySource,
});
export type PublicFill = z.infer<typeof publicFill>;

const stamp = { v: z.literal(1), at: z.iso.datetime() };

export const publicEntry = z.discriminatedUnion('kind', [
  /** A fill that nobody can read yet: sha256 over its salt and its JSON. It is opened `opensAfterSeconds` later. */
  z.strictObject({
    kind: z.literal('sealed-fill'),
    ...stamp,
    number: z.number().int().positive(),
    hash: sha256Hex,
    opensAfterSeconds: count,
    source: entrySource,
  }),
  /** Opens the sealed fill of that number, entry `sealedAs` of this log. */
  z.strictObject({
    kind: z.literal('fill'),
    ...stamp,
    number: z.number().int().positive(),
    sealedAs: count,
    salt: sha256Hex,
    fill: publicFill,
  }),
  z.strictObject({
    kind: z.literal('gate'),
    ...stamp,
    shipId: text,
    verdict: z.enum(['pass', 'hold']),
    outcome: z.enum(['pass', 'hold', 'inconclusive']),
    reasons: z.array(text).max(12),
    reportSha256: sha256Hex,
  }),
  z.strictObject({
    kind: z.literal('release'),
    ...stamp,
    modelVersion: count,
    counter: count,
    shipId: text,
    gateVerdict: z.enum(['pass', 'hold']),
    rollbackOf: count.nullable(),
    statementSha256: sha256Hex,
  }),
  /** Of an operator, on what the gate held; signed by their key. */
  z.strictObject({
    kind: z.literal('decision'),
    ...stamp,
    shipId: text,
    verdict: text,
    reason: text,
    sha256: sha256Hex,
  }),
  /** The bridge has taken a release, or refused it. */
  z.strictObject({
    kind: z.literal('swap'),
    ...stamp,
    modelVersion: count,
    outcome: z.enum(['swapped', 'refused']),
    marketTime: z.iso.datetime(),
    source: entrySource,
  }),
  z.strictObject({
    kind: z.literal('incident'),
    ...stamp,
    state: z.enum(['raised', 'cleared']),
    alarm: text,
    source: entrySource,
  }),
  /** A monitored trade date: what it earned after costs, and whether live was replay. */
  z.strictObject({
    kind: z.literal('day'),
    ...stamp,
    instrument,
    tradeDate: z.iso.date(),
    modelVersion: count.nullable(),
    fills: count,
    netTicks: z.number().nullable(),
    netUsd: z.number().nullable(),
    expectedTicks: z.number().nullable(),
    compared: count,
    different: count,
    cleanDays: count,
    drifted: count,
    findings: z.array(text).max(20),
    reportSha256: sha256Hex,
  }),
]);
export type PublicEntry = z.infer<typeof publicEntry>;
export type EntryOf<K extends PublicEntry['kind']> = Extract<PublicEntry, { kind: K }>;

export const PUBLIC_ENTRY_BYTES_MAX = 4096;

/** The bytes that are hashed. @throws ZodError; RangeError where they are too many */
export function entryBytes(entry: PublicEntry): Uint8Array {
  const bytes = new TextEncoder().encode(JSON.stringify(publicEntry.parse(entry)));
  if (bytes.length > PUBLIC_ENTRY_BYTES_MAX) throw new RangeError(`an entry of ${bytes.length} bytes`);
  return bytes;
}
