import { createHash } from 'node:crypto';
import { type DsseEnvelope, encodeEnvelope, signEnvelope } from '../trust/dsse.js';
import type { SigningKey } from '../trust/ed25519-key.js';
import type { TrustedRoot } from '../trust/root.js';
import { envelopeIn, type Refuse, signersInRole, statementIn } from '../trust/signed-statement.js';
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
  const envelope = envelopeIn(bytes, refuse);
  // 2. Wrong key, bit flip, threshold cheat, role confusion.
  signersInRole(envelope, { root, role: 'journal', payloadType: BATCH_PAYLOAD_TYPE }, refuse);
  // 3. Role confusion by content: only a batch, and all of it understood.
  return batchIn(envelope);
}

/** What an envelope says, whoever signed it: for those who read what they wrote themselves. @throws BatchRefused */
export function readBatch(bytes: Buffer): SealedBatch {
  return batchIn(envelopeIn(bytes, refuse));
}

const refuse: Refuse = (fault, details) => new BatchRefused(fault, details);
const BATCH_STATEMENT = { predicateType: BATCH_PREDICATE_TYPE, schema: batchStatement };

function batchIn(envelope: DsseEnvelope): SealedBatch {
  const payload = Buffer.from(envelope.payload, 'base64');
  const { predicate } = statementIn(payload, BATCH_STATEMENT, refuse);
  if (!encodeBatch(predicate).equals(payload))
    throw refuse('statement-malformed', { cause: 'it is not in its one form' });
  return { predicate, payloadSha256: createHash('sha256').update(payload).digest('hex') };
}
