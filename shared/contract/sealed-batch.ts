import { createHash } from 'node:crypto';
import {
  type DsseEnvelope,
  encodeEnvelope,
  MalformedEnvelope,
  parseEnvelope,
  signEnvelope,
  verifySignatures,
} from '../trust/dsse.js';
import type { SigningKey } from '../trust/ed25519-key.js';
import { ROLE_NAMES, type TrustedRoot } from '../trust/root.js';
import { BATCH_PAYLOAD_TYPE, BATCH_PREDICATE_TYPE, type BatchPredicate, batchStatement, encodeBatch } from './batch.js';
import { BatchRefused } from './batch-refusal.js';

export interface SealedBatch {
  readonly predicate: BatchPredicate;
  /** Identity of the batch: what the next one names as `prev`, and what the log of the stream holds. */
  readonly payloadSha256: string;
}

/** The same keys and the same predicate give the same bytes. */
export function sealBatch(predicate: BatchPredicate, keys: readonly SigningKey[]): Buffer {
  const inOrder = [...keys].sort((a, b) => (a.keyid < b.keyid ? -1 : 1));
  return encodeEnvelope(signEnvelope(BATCH_PAYLOAD_TYPE, encodeBatch(predicate), inOrder));
}

/** Whose word it is, and what it says; whether it follows is another question. @throws BatchRefused */
export function verifyBatch(bytes: Buffer, root: TrustedRoot): SealedBatch {
  // 1. Endless data, truncation, bit flips outside the payload: one strict form of envelope.
  const envelope = envelopeOf(bytes);
  // 2. Wrong key, bit flip, threshold cheat, role confusion.
  requireJournalKeys(envelope, root);
  // 3. Role confusion by content: only a batch, and all of it understood.
  return batchIn(envelope);
}

/** What an envelope says, whoever signed it: for those who read what they wrote themselves. @throws BatchRefused */
export function readBatch(bytes: Buffer): SealedBatch {
  return batchIn(envelopeOf(bytes));
}

function envelopeOf(bytes: Buffer): DsseEnvelope {
  try {
    return parseEnvelope(bytes);
  } catch (error) {
    if (error instanceof MalformedEnvelope) throw new BatchRefused('envelope-malformed', { cause: error.message });
    throw error;
  }
}

function requireJournalKeys(envelope: DsseEnvelope, root: TrustedRoot): void {
  if (envelope.payloadType !== BATCH_PAYLOAD_TYPE)
    throw new BatchRefused('payload-type', { payloadType: envelope.payloadType });
  const { keys, threshold } = root.roles.journal;
  const check = verifySignatures(envelope, keys, threshold);
  if (check.met) {
    if (check.mislabelled) throw new BatchRefused('keyid-mislabelled');
    if (check.surplus || !isOneForm(envelope, threshold)) throw new BatchRefused('extra-signature', { threshold });
    return;
  }
  const role = ROLE_NAMES.find((name) => verifySignatures(envelope, root.roles[name].keys, 1).met);
  if (role !== undefined && role !== 'journal') throw new BatchRefused('wrong-role', { role });
  throw new BatchRefused('signature', { distinctKeys: check.keyIds.length, threshold });
}

/** As many signatures as are asked for, in the order of their keyids: the same signers give the same bytes. */
function isOneForm({ signatures }: DsseEnvelope, threshold: number): boolean {
  const inOrder = signatures.every(({ keyid }, index) => index === 0 || signatures[index - 1]!.keyid < keyid);
  return signatures.length === threshold && inOrder;
}

function batchIn(envelope: DsseEnvelope): SealedBatch {
  const payload = Buffer.from(envelope.payload, 'base64');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload));
  } catch {
    throw new BatchRefused('statement-malformed', { cause: 'it is not JSON in UTF-8' });
  }
  const { predicateType } = (value ?? {}) as { predicateType?: unknown };
  if (predicateType !== BATCH_PREDICATE_TYPE) throw new BatchRefused('predicate-type', { predicateType });
  const parsed = batchStatement.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new BatchRefused('statement-malformed', { field: issue.path.join('.'), cause: issue.message });
  }
  const { predicate } = parsed.data;
  if (!encodeBatch(predicate).equals(payload))
    throw new BatchRefused('statement-malformed', { cause: 'it is not in its one form' });
  return { predicate, payloadSha256: createHash('sha256').update(payload).digest('hex') };
}
