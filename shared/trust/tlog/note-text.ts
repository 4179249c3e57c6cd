import { sha256 } from '@noble/hashes/sha2.js';
import { Failure } from '../../failure.js';

/** The parts of a signed note (C2SP signed-note), without the arithmetic of signatures: runs in browsers too. */
export const ED25519 = 0x01;
export const KEY_HASH_BYTES = 4;
export const SIGNATURE_BYTES = 64;
const SIGNATURES_MAX = 16;
export const NOTE_BYTES_MAX = 64 * 1024;

export interface NoteLine {
  readonly name: string;
  /** Which key of that name. */
  readonly hash: Uint8Array;
  readonly signature: Uint8Array;
}

export class BadNote extends Failure {
  constructor(reason: string) {
    super('BadNote', `the note is refused: ${reason}`, 'fetch it again from its publisher');
  }
}

/** @returns what is signed, and the lines below it @throws BadNote */
export function notePartsIn(bytes: Uint8Array): { readonly text: string; readonly lines: readonly NoteLine[] } {
  if (bytes.length > NOTE_BYTES_MAX) throw new BadNote(`it has more than ${NOTE_BYTES_MAX} bytes`);
  const note = utf8(bytes);
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) throw new BadNote('it has no signatures');
  const text = note.slice(0, end + 1);
  requireNoteText(text);
  const lines = note
    .slice(end + 2)
    .split('\n')
    .slice(0, -1);
  if (lines.length === 0 || lines.length > SIGNATURES_MAX) throw new BadNote(`it has ${lines.length} signatures`);
  return { text, lines: lines.map(lineIn) };
}

/** @param rawKey the 32 bytes of an Ed25519 key @param type of the signature: 1 plain, 4 a witness's cosignature */
export function noteKeyHash(name: string, rawKey: Uint8Array, type: number = ED25519): Uint8Array {
  const hash = sha256
    .create()
    .update(new TextEncoder().encode(`${name}\n`))
    .update(Uint8Array.of(type));
  return hash.update(rawKey).digest().subarray(0, KEY_HASH_BYTES);
}

export function noteLine(name: string, hash: Uint8Array, signature: Uint8Array): string {
  requireNoteName(name);
  return `— ${name} ${base64Of(Uint8Array.of(...hash, ...signature))}\n`;
}

function lineIn(line: string): NoteLine {
  const match = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
  const bytes = match ? bytesOfBase64(match[2]!) : null;
  if (!match || bytes === null || bytes.length <= KEY_HASH_BYTES)
    throw new BadNote('a line behind the text is no signature');
  requireNoteName(match[1]!);
  return { name: match[1]!, hash: bytes.subarray(0, KEY_HASH_BYTES), signature: bytes.subarray(KEY_HASH_BYTES) };
}

export function requireNoteName(name: string): void {
  if (name === '' || /[\s+]/u.test(name)) throw new BadNote(`${JSON.stringify(name)} is no name of a key`);
}

export function requireNoteText(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (!text.endsWith('\n') || /[\0-\x09\x0b-\x1f]/.test(text) || text !== text.toWellFormed())
    throw new BadNote('its text does not end with a newline, or has control characters');
}

const CHUNK = 8192;

export function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text);
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUE_OF = new Uint8Array(128).fill(255);
for (let value = 0; value < 64; value++) VALUE_OF[DIGITS.charCodeAt(value)] = value;

/** Null where it is not the one base64 of its bytes. By a table: a page reads half a megabyte of it for each visitor. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> | null {
  if (text.length % 4 !== 0) return null;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let [bits, held, at] = [0, 0, 0];
  for (let i = 0; i < digits; i++) {
    const value = VALUE_OF[text.charCodeAt(i)] ?? 255;
    if (value === 255) return null;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at++] = (bits >> held) & 0xff;
    }
  }
  // What is left of the last digit must be nothing, or two texts would be the same bytes.
  return (bits & ((1 << held) - 1)) === 0 ? bytes : null;
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BadNote('it is not UTF-8');
  }
}
