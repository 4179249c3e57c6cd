import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import nacl from 'tweetnacl';
import { Failure } from '../failure.js';

/** A public key as trust metadata names it: keyid is the lower-case hex sha256 of the SPKI DER. */
export interface VerifyingKey {
  readonly keyid: string;
  readonly spkiDer: Buffer;
  readonly publicKey: KeyObject;
}

/** A private key in memory. `seed` is the 32 bytes that PKCS #8 stores. */
export interface SigningKey {
  readonly keyid: string;
  readonly spkiDer: Buffer;
  readonly seed: Buffer;
}

/** SubjectPublicKeyInfo of Ed25519 (RFC 8410) up to the 32 bytes of the key itself; PKCS #8 likewise. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Only the one encoding that RFC 8410 gives is taken, so that a key has one keyid. @throws Failure BadKey */
export function verifyingKey(spkiDer: Buffer): VerifyingKey {
  if (spkiDer.length !== SPKI_PREFIX.length + 32 || !spkiDer.subarray(0, SPKI_PREFIX.length).equals(SPKI_PREFIX)) {
    throw new BadKey('a public key is not the 44 bytes of an Ed25519 SubjectPublicKeyInfo');
  }
  return {
    keyid: keyidOf(spkiDer),
    spkiDer,
    publicKey: createPublicKey({ key: spkiDer, format: 'der', type: 'spki' }),
  };
}

/** @param pem as `openssl pkey -pubout` writes it @throws Failure BadKey; the system's error where it is no PEM */
export function verifyingKeyFromPem(pem: Buffer): VerifyingKey {
  return verifyingKey(createPublicKey(pem).export({ type: 'spki', format: 'der' }));
}

/** @param raw the 32 bytes of the key itself */
export function publicKeyOf(raw: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
}

export function generateSigningKey(): SigningKey {
  return signingKeyFromPem(
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );
}

/**
 * @param pem PKCS #8, as `openssl genpkey -algorithm ed25519` writes it, or encrypted by `openssl pkcs8 -topk8`
 * @throws Failure BadKey
 */
export function signingKeyFromPem(pem: string, passphrase?: string): SigningKey {
  let der: Buffer;
  try {
    const key = createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) });
    der = key.export({ type: 'pkcs8', format: 'der' });
  } catch {
    throw new BadKey(
      passphrase === undefined
        ? 'a private key file is no PKCS #8 PEM, or encrypted and without its passphrase'
        : 'a private key file is no PKCS #8 PEM, or not encrypted with this passphrase',
    );
  }
  if (der.length !== PKCS8_PREFIX.length + 32 || !der.subarray(0, PKCS8_PREFIX.length).equals(PKCS8_PREFIX)) {
    throw new BadKey('a private key is not Ed25519');
  }
  const seed = der.subarray(PKCS8_PREFIX.length);
  const spkiDer = Buffer.concat([SPKI_PREFIX, nacl.sign.keyPair.fromSeed(seed).publicKey]);
  return { keyid: keyidOf(spkiDer), spkiDer, seed };
}

export function signingKeyPem(key: SigningKey): string {
  return pem('PRIVATE KEY', Buffer.concat([PKCS8_PREFIX, key.seed]));
}

export function publicKeyPem(key: { readonly spkiDer: Buffer }): string {
  return pem('PUBLIC KEY', key.spkiDer);
}

export class BadKey extends Failure {
  constructor(message: string, fix = 'make keys with `believe keys init`, or restore the key file from its backup') {
    super('BadKey', message, fix);
  }
}

function keyidOf(spkiDer: Buffer): string {
  return createHash('sha256').update(spkiDer).digest('hex');
}

function pem(label: string, der: Buffer): string {
  return `-----BEGIN ${label}-----\n${der.toString('base64')}\n-----END ${label}-----\n`;
}
