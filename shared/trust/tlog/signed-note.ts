import { createHash, verify } from 'node:crypto';
import nacl from 'tweetnacl';
import { Failure } from '../../failure.js';
import { publicKeyOf, type SigningKey, type VerifyingKey } from '../ed25519-key.js';

/** A text signed by one or more keys (C2SP signed-note). Only Ed25519, signature type 1. */
const ED25519 = 0x01;
const KEY_HASH_BYTES = 4;
const SIGNATURE_BYTES = 64;
const SIGNATURES_MAX = 16;
export const NOTE_BYTES_MAX = 64 * 1024;

/** A key by the name that notes give it. */
export interface NoteKey {
  readonly name: string;
  readonly key: Pick<VerifyingKey, 'spkiDer'>;
}

export class BadNote extends Failure {
  constructor(reason: string) {
    super('BadNote', `the note is refused: ${reason}`, 'fetch it again from its publisher');
  }
}

/** @param text ends with a newline @throws BadNote where it could not be read again */
export function signNote(
  text: string,
  signers: readonly { readonly name: string; readonly key: SigningKey }[],
): string {
  requireText(text);
  const message = Buffer.from(text);
  const lines = signers.map(({ name, key }) => {
    requireName(name);
    const signature = nacl.sign.detached(message, nacl.sign.keyPair.fromSeed(key.seed).secretKey);
    return `— ${name} ${Buffer.concat([keyHash({ name, key }), signature]).toString('base64')}\n`;
  });
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
export function openNote(bytes: Buffer, known: readonly NoteKey[]): OpenedNote {
  if (bytes.length > NOTE_BYTES_MAX) throw new BadNote(`it has more than ${NOTE_BYTES_MAX} bytes`);
  const note = utf8(bytes);
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) throw new BadNote('it has no signatures');
  const text = note.slice(0, end + 1);
  requireText(text);
  const lines = note
    .slice(end + 2)
    .split('\n')
    .slice(0, -1);
  if (lines.length === 0 || lines.length > SIGNATURES_MAX) throw new BadNote(`it has ${lines.length} signatures`);
  const signers = new Set<NoteKey>();
  for (const line of lines) {
    const { name, hash, signature } = signatureIn(line);
    const signer = known.find((one) => one.name === name && keyHash(one).equals(hash));
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
  return `${key.name}+${keyHash(key).toString('hex')}+${Buffer.concat([Buffer.of(ED25519), rawKey(key)]).toString('base64')}`;
}

function keyHash({ name, key }: NoteKey): Buffer {
  const hash = createHash('sha256').update(`${name}\n`).update(Buffer.of(ED25519)).update(rawKey({ name, key }));
  return hash.digest().subarray(0, KEY_HASH_BYTES);
}

const rawKey = ({ key }: NoteKey) => key.spkiDer.subarray(-32);
const publicKey = (key: NoteKey) => publicKeyOf(rawKey(key));

function signatureIn(line: string): { name: string; hash: Buffer; signature: Buffer } {
  const match = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
  const bytes = Buffer.from(match?.[2] ?? '', 'base64');
  if (!match || bytes.toString('base64') !== match[2] || bytes.length <= KEY_HASH_BYTES)
    throw new BadNote('a line behind the text is no signature');
  requireName(match[1]!);
  return { name: match[1]!, hash: bytes.subarray(0, KEY_HASH_BYTES), signature: bytes.subarray(KEY_HASH_BYTES) };
}

function requireName(name: string): void {
  if (name === '' || /[\s+]/u.test(name)) throw new BadNote(`${JSON.stringify(name)} is no name of a key`);
}

function requireText(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (!text.endsWith('\n') || /[\0-\x09\x0b-\x1f]/.test(text) || text !== text.toWellFormed())
    throw new BadNote('its text does not end with a newline, or has control characters');
}

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BadNote('it is not UTF-8');
  }
}
