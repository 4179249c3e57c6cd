import { verify } from 'node:crypto';
import nacl from 'tweetnacl';
import { publicKeyOf, type SigningKey } from '../ed25519-key.js';
import { sameBytes } from './merkle.js';
import { BadNote, base64Of, noteKeyHash, noteLine, notePartsIn, SIGNATURE_BYTES } from './note-text.js';

/** What a witness says of a checkpoint: that it has seen no other log of this name (C2SP tlog-cosignature, version 1). */
const COSIGNATURE = 0x04;
const TIME_BYTES = 8;

export interface WitnessKey {
  readonly name: string;
  /** The 32 bytes of the key itself. */
  readonly raw: Uint8Array;
}

/** @param text of a checkpoint @param timeSeconds since the Unix epoch @returns the line to put below it */
export function cosign(text: string, name: string, key: SigningKey, timeSeconds: number): string {
  const { secretKey, publicKey } = nacl.sign.keyPair.fromSeed(key.seed);
  const signature = nacl.sign.detached(messageOf(text, timeSeconds), secretKey);
  const time = Buffer.alloc(TIME_BYTES);
  time.writeBigUInt64BE(BigInt(timeSeconds));
  return noteLine(name, noteKeyHash(name, publicKey, COSIGNATURE), Buffer.concat([time, signature]));
}

/** @returns when each of these witnesses cosigned a note, in seconds; those that did not are left out @throws BadNote */
export function cosignersOf(note: Uint8Array, witnesses: readonly WitnessKey[]): ReadonlyMap<string, number> {
  const { text, lines } = notePartsIn(note);
  const found = new Map<string, number>();
  for (const { name, hash, signature } of lines) {
    const witness = witnesses.find(
      (one) => one.name === name && sameBytes(noteKeyHash(name, one.raw, COSIGNATURE), hash),
    );
    if (!witness) continue;
    const bytes = Buffer.from(signature);
    const timeSeconds = bytes.length === TIME_BYTES + SIGNATURE_BYTES ? Number(bytes.readBigUInt64BE(0)) : -1;
    if (
      timeSeconds < 0 ||
      !verify(null, messageOf(text, timeSeconds), publicKeyOf(Buffer.from(witness.raw)), bytes.subarray(TIME_BYTES))
    )
      throw new BadNote(`the cosignature of ${name} is false`);
    found.set(name, timeSeconds);
  }
  return found;
}

/** A witness's key as other tools read it: `name+hash+base64`. */
export function witnessVerifierKey({ name, raw }: WitnessKey): string {
  const hash = Buffer.from(noteKeyHash(name, raw, COSIGNATURE)).toString('hex');
  return `${name}+${hash}+${base64Of(Uint8Array.of(COSIGNATURE, ...raw))}`;
}

/** @throws BadNote where it is no key of a witness */
export function parseWitnessKey(text: string): WitnessKey {
  const [, name, hash, key] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text) ?? [];
  const bytes = Buffer.from(key ?? '', 'base64');
  const raw = Uint8Array.from(bytes.subarray(1));
  const isRight = name !== undefined && bytes.length === 33 && bytes[0] === COSIGNATURE;
  if (!isRight || Buffer.from(noteKeyHash(name, raw, COSIGNATURE)).toString('hex') !== hash)
    throw new BadNote(`${text.slice(0, 100)} is no key of a witness`);
  return { name, raw };
}

function messageOf(text: string, timeSeconds: number): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${timeSeconds}\n${text}`);
}
