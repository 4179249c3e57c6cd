import nacl from 'tweetnacl';
import { z } from 'zod';
import { Failure } from '../failure.js';
import { sha256Hex } from '../reference.js';
import { type EnvelopeKey, hasSigned, type ListedKey } from './listed-key.js';
import { preAuthBytes } from './pre-auth-encoding.js';

/** Base64 in its one canonical form: a flipped bit in the unused tail of the last digit is not the same text. */
const base64 = z
  .string()
  .refine((text) => Buffer.from(text, 'base64').toString('base64') === text, 'must be canonical base64');

/**
 * DSSE v1 envelope (secure-systems-lab/dsse). Stricter than the specification in three points, so that no byte of an
 * envelope can change unnoticed: no unknown fields, every signature names its key, and the JSON is written as
 * `encodeEnvelope` writes it.
 */
export const dsseEnvelope = z.strictObject({
  payloadType: z.string().min(1).max(200),
  payload: base64,
  signatures: z
    .array(z.strictObject({ keyid: sha256Hex, sig: base64 }))
    .min(1)
    .max(16),
});
export type DsseEnvelope = Readonly<z.infer<typeof dsseEnvelope>>;

/** Far above any envelope of ours; an endless one stops here. */
export const ENVELOPE_BYTES_MAX = 1 << 20;

/** Reads an envelope's bytes. @throws MalformedEnvelope */
export function parseEnvelope(bytes: Buffer): DsseEnvelope {
  if (bytes.length > ENVELOPE_BYTES_MAX) {
    throw new MalformedEnvelope(`it has ${bytes.length} bytes, the limit is ${ENVELOPE_BYTES_MAX}`);
  }
  const envelope = dsseEnvelope.safeParse(parseUtf8Json(bytes));
  if (envelope.success) {
    if (encodeEnvelope(envelope.data).equals(bytes)) return envelope.data;
    throw new MalformedEnvelope('it is not in its one form: spaces, escapes, names twice or in another order');
  }
  const issue = envelope.error.issues[0]!;
  throw new MalformedEnvelope(`${issue.path.join('.') || 'envelope'}: ${issue.message}`);
}

/** Without a newline at the end: even that byte could change unnoticed. */
export function encodeEnvelope(envelope: DsseEnvelope): Buffer {
  return Buffer.from(JSON.stringify(envelope));
}

/** The bytes that are signed. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  return Buffer.from(preAuthBytes(payloadType, payload).buffer);
}

/** Signs with every key given. Ed25519 is deterministic: the same payload and keys give the same envelope, but for keys in devices. */
export function signEnvelope(payloadType: string, payload: Buffer, keys: readonly EnvelopeKey[]): DsseEnvelope {
  const message = preAuthEncoding(payloadType, payload);
  return {
    payloadType,
    payload: payload.toString('base64'),
    signatures: keys.map((key) => ({ keyid: key.keyid, sig: signatureBy(key, message).toString('base64') })),
  };
}

function signatureBy(key: EnvelopeKey, message: Buffer): Buffer {
  if ('sign' in key) return key.sign(message);
  return Buffer.from(nacl.sign.detached(message, nacl.sign.keyPair.fromSeed(key.seed).secretKey));
}

/** Puts one more signature beside those that an envelope has; in place of the one that this key has made already. */
export function cosignEnvelope({ payloadType, payload, signatures }: DsseEnvelope, key: EnvelopeKey): DsseEnvelope {
  const [added] = signEnvelope(payloadType, Buffer.from(payload, 'base64'), [key]).signatures;
  return { payloadType, payload, signatures: [...signatures.filter(({ keyid }) => keyid !== key.keyid), added!] };
}

export interface SignatureCheck {
  /** At least `threshold` distinct keys have signed. */
  readonly met: boolean;
  /** Distinct keys with a valid signature, in the order of `keys`. */
  readonly keyIds: readonly string[];
  /** A valid signature carries the keyid of another key. */
  readonly mislabelled: boolean;
  /** A signature is of none of the keys, or of one that has signed already. */
  readonly surplus: boolean;
}

/**
 * Counts distinct keys, not signatures: the keyid beside a signature is only a hint, and the signature's own bytes
 * identify nothing.
 */
export function verifySignatures(
  envelope: DsseEnvelope,
  keys: readonly ListedKey[],
  threshold: number,
): SignatureCheck {
  const message = preAuthEncoding(envelope.payloadType, Buffer.from(envelope.payload, 'base64'));
  const valid = new Set<string>();
  let mislabelled = false;
  let surplus = false;
  for (const { keyid, sig } of envelope.signatures) {
    const signature = Buffer.from(sig, 'base64');
    const signer = keys.find((key) => hasSigned(key, message, signature));
    surplus ||= signer === undefined || valid.has(signer.keyid);
    if (signer === undefined) continue;
    valid.add(signer.keyid);
    mislabelled ||= signer.keyid !== keyid;
  }
  const keyIds = [...new Set(keys.map((key) => key.keyid))].filter((keyid) => valid.has(keyid));
  return { met: threshold > 0 && keyIds.length >= threshold, keyIds, mislabelled, surplus };
}

export class MalformedEnvelope extends Failure {
  constructor(reason: string) {
    super('MalformedEnvelope', `not a DSSE envelope of ours: ${reason}`, 'fetch the envelope again from its publisher');
  }
}

/** @throws MalformedEnvelope also where the bytes are not UTF-8: a lenient decoder would map several inputs to one text */
function parseUtf8Json(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as unknown;
  } catch {
    throw new MalformedEnvelope('it is not JSON in UTF-8');
  }
}
