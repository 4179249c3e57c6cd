import { z } from 'zod';
import { Failure } from '../failure.js';
import { sha256Hex } from '../reference.js';
import {
  type DsseEnvelope,
  ENVELOPE_BYTES_MAX,
  encodeEnvelope,
  MalformedEnvelope,
  parseEnvelope,
  signEnvelope,
  verifySignatures,
} from './dsse.js';
import type { SigningKey } from './ed25519-key.js';
import { ReleaseRefused } from './refusal.js';
import type { TrustedRoot } from './root.js';

export const REVOCATIONS_PAYLOAD_TYPE = 'application/vnd.believe.revocations+json';

/** File in the releases module. */
export const REVOCATIONS_FILE = 'revocations.dsse.json';

/** More than this, and brokers would read none of them: the signer makes no such list. */
const REVOCATIONS_MAX = 1000;
/** Of the words of a note; so that a full list is read by every broker. */
export const REVOCATION_REASON_MAX = 200;

/** A release that was signed and given up: no broker loads it any more. */
const revocation = z.strictObject({
  payloadSha256: sha256Hex,
  modelVersion: z.number().int().positive(),
  reason: z.string().min(1).max(2000),
  at: z.iso.datetime(),
});
export type Revocation = Readonly<z.infer<typeof revocation>>;

/** All of them, signed with the release key. A broker adds what it has not seen yet, so an older list takes nothing back. */
const revocations = z.strictObject({
  kind: z.literal('believe.revocations'),
  version: z.literal(1),
  revoked: z.array(revocation).max(REVOCATIONS_MAX),
});

/** @throws RevocationsFull */
export function signRevocations(revoked: readonly Revocation[], keys: readonly SigningKey[]): DsseEnvelope {
  if (revoked.length > REVOCATIONS_MAX) throw new RevocationsFull(`${revoked.length} notes`);
  const list = revocations.parse({ kind: 'believe.revocations', version: 1, revoked });
  const envelope = signEnvelope(REVOCATIONS_PAYLOAD_TYPE, Buffer.from(JSON.stringify(list)), keys);
  const { length } = encodeEnvelope(envelope);
  if (length > ENVELOPE_BYTES_MAX) throw new RevocationsFull(`${length} bytes`);
  return envelope;
}

/** Nothing is left out to make room: what is not on the list, a broker would load. */
export class RevocationsFull extends Failure {
  constructor(what: string) {
    super(
      'RevocationsFull',
      `the list of releases that were given up would have ${what}, more than brokers read`,
      'begin a new epoch, in which no release of before counts: believe keys rotate --role release --new-epoch',
    );
  }
}

/**
 * What a list says; null where it is none, or the release keys of the root have not signed it: whoever can send such a thing could
 * as well send nothing.
 * @throws ReleaseRefused `revocations-unreadable` for one that is too large to be read, or signed and not understood: it must not be
 * taken for one that revokes nothing
 */
export function revocationsIn(bytes: Buffer, root: TrustedRoot): readonly Revocation[] | null {
  if (bytes.length > ENVELOPE_BYTES_MAX) throw unreadable(`it has more than ${ENVELOPE_BYTES_MAX} bytes`);
  const envelope = envelopeIn(bytes);
  if (envelope?.payloadType !== REVOCATIONS_PAYLOAD_TYPE) return null;
  const { keys, threshold } = root.roles.release;
  if (!verifySignatures(envelope, keys, threshold).met) return null;
  try {
    return revocations.parse(JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8'))).revoked;
  } catch (error) {
    throw unreadable((error as Error).message.slice(0, 200));
  }
}

function envelopeIn(bytes: Buffer): DsseEnvelope | null {
  try {
    return parseEnvelope(bytes);
  } catch (error) {
    if (error instanceof MalformedEnvelope) return null;
    throw error;
  }
}

function unreadable(cause: string): ReleaseRefused {
  return new ReleaseRefused('revocations-unreadable', { cause });
}
