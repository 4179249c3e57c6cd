import { verify } from 'node:crypto';
import { type SigningKey, type VerifyingKey, verifyingKey } from './ed25519-key.js';
import { isSshKey, type SshKey, sshKey } from './ssh-key.js';
import { isSshSignature } from './ssh-signature.js';

/** A key as a root of trust lists it: an Ed25519 SubjectPublicKeyInfo, or an operator's OpenSSH key. */
export type ListedKey = VerifyingKey | SshKey;

/** A key that signs elsewhere: in a device, or in ssh's agent. */
export interface OutsideKey {
  readonly keyid: string;
  /** @throws Failure where nobody touched it */
  readonly sign: (message: Buffer) => Buffer;
}

export type EnvelopeKey = SigningKey | OutsideKey;

/** @throws BadKey */
export function listedKey(bytes: Buffer): ListedKey {
  return isSshKey(bytes) ? sshKey(bytes) : verifyingKey(bytes);
}

/** As a root lists it. */
export function listedBytes(key: ListedKey | SigningKey): Buffer {
  return 'blob' in key ? key.blob : key.spkiDer;
}

/** By OpenSSL, which refuses the malleated form S + L that tweetnacl 1.0.3 accepts. */
export function hasSigned(key: ListedKey, message: Buffer, signature: Buffer): boolean {
  return 'blob' in key ? isSshSignature(key, message, signature) : verify(null, message, key.publicKey, signature);
}
