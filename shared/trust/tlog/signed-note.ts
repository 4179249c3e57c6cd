import { verify } from 'node:crypto';
import nacl from 'tweetnacl';
import { publicKeyOf, type SigningKey, type VerifyingKey } from '../ed25519-key.js';
import { sameBytes } from './merkle.js';
import {
  BadNote,
  base64Of,
  ED25519,
  noteKeyHash,
  noteLine,
  notePartsIn,
  requireNoteText,
  SIGNATURE_BYTES,
} from './note-text.js';

/** A text signed by one or more keys (C2SP signed-note). Only Ed25519, signature type 1. */
export { BadNote, NOTE_BYTES_MAX } from './note-text.js';

/** A key by the name that notes give it. */
export interface NoteKey {
  readonly name: string;
  readonly key: Pick<VerifyingKey, 'spkiDer'>;
}

/** @param text ends with a newline @throws BadNote where it could not be read again */
export function signNote(
  text: string,
  signers: readonly { readonly name: string; readonly key: SigningKey }[],
): string {
  requireNoteText(text);
  const message = Buffer.from(text);
  const lines = signers.map(({ name, key }) =>
    noteLine(name, keyHash({ name, key }), nacl.sign.detached(message, nacl.sign.keyPair.fromSeed(key.seed).secretKey)),
  );
  return `${text}\n${lines.join('')}`;
}

export interface OpenedNote {
  readonly text: string;
  /** Of those given, who has signed; in their order, each once. */
  readonly signers: readonly NoteKey[];
}

/**
 * Reads a note and checks the signatures of the keys that are known; those of others are passed over, as the specification asks.
 * @throws BadNote where it is none, a known key's signature is false, or no known key has signed
 */
export function openNote(bytes: Uint8Array, known: readonly NoteKey[]): OpenedNote {
  const { text, lines } = notePartsIn(bytes);
  const signers = new Set<NoteKey>();
  for (const { name, hash, signature } of lines) {
    const signer = known.find((one) => one.name === name && sameBytes(keyHash(one), hash));
    if (signer === undefined) continue;
    if (signature.length !== SIGNATURE_BYTES || !verify(null, Buffer.from(text), publicKey(signer), signature))
      throw new BadNote(`the signature of ${name} is false`);
    signers.add(signer);
  }
  if (signers.size === 0) throw new BadNote('no key that is known here has signed it');
  return { text, signers: known.filter((one) => signers.has(one)) };
}

/** A verifier's key as Go's `note.NewVerifier` reads it. */
export function verifierKey(key: NoteKey): string {
  const hash = Buffer.from(keyHash(key)).toString('hex');
  return `${key.name}+${hash}+${base64Of(Uint8Array.of(ED25519, ...rawKey(key)))}`;
}

const keyHash = (key: NoteKey) => noteKeyHash(key.name, rawKey(key));
const rawKey = ({ key }: NoteKey) => key.spkiDer.subarray(-32);
const publicKey = (key: NoteKey) => publicKeyOf(rawKey(key));
