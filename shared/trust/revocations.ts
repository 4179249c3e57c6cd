import { z } from 'zod';
import { sha256Hex } from '../reference.js';
import { type DsseEnvelope, parseEnvelope, signEnvelope, verifySignatures } from './dsse.js';
import type { SigningKey } from './ed25519-key.js';
import type { TrustedRoot } from './root.js';

export const REVOCATIONS_PAYLOAD_TYPE = 'application/vnd.believe.revocations+json';

/** File in the releases module. */
export const REVOCATIONS_FILE = 'revocations.dsse.json';

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
  revoked: z.array(revocation).max(1000),
});

export function signRevocations(revoked: readonly Revocation[], keys: readonly SigningKey[]): DsseEnvelope {
  const list = revocations.parse({ kind: 'believe.revocations', version: 1, revoked });
  return signEnvelope(REVOCATIONS_PAYLOAD_TYPE, Buffer.from(JSON.stringify(list)), keys);
}

/** What a list says; null where it is none, or the release keys of the root have not signed it. */
export function revocationsIn(bytes: Buffer, root: TrustedRoot): readonly Revocation[] | null {
  try {
    const envelope = parseEnvelope(bytes);
    const { keys, threshold } = root.roles.release;
    const isSigned = verifySignatures(envelope, keys, threshold).met;
    if (envelope.payloadType !== REVOCATIONS_PAYLOAD_TYPE || !isSigned) return null;
    return revocations.parse(JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8'))).revoked;
  } catch {
    return null;
  }
}
