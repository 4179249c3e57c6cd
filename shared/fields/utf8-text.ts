import { isUtf8 } from 'node:buffer';

/** A text that was decoded, and whether its bytes were UTF-8: what is not becomes U+FFFD, which is another text. */
export interface DecodedText {
  readonly text: string;
  readonly isUtf8: boolean;
}

export function decodedText(bytes: Uint8Array): DecodedText {
  const { buffer, byteOffset, byteLength } = bytes;
  return { text: Buffer.from(buffer, byteOffset, byteLength).toString('utf8'), isUtf8: isUtf8(bytes) };
}

/** Lines without their LF, and which of them were no UTF-8, from 0. Looking at all of them at once costs next to nothing. */
export function decodedLines(bytes: Buffer): { readonly texts: string[]; readonly garbled: ReadonlySet<number> } {
  const texts = bytes.toString('utf8').split('\n');
  return { texts, garbled: isUtf8(bytes) ? NONE : garbledLines(bytes) };
}

const NONE: ReadonlySet<number> = new Set();

function garbledLines(bytes: Buffer): Set<number> {
  const garbled = new Set<number>();
  let line = 0;
  for (let start = 0, end = 0; end >= 0; start = end + 1, line++) {
    end = bytes.indexOf(LF, start);
    if (!isUtf8(bytes.subarray(start, end < 0 ? bytes.length : end))) garbled.add(line);
  }
  return garbled;
}

export const NOT_UTF8 = 'is not UTF-8 text';

const LF = 10;
