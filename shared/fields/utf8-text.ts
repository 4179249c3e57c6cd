import { isUtf8 } from 'node:buffer';

/** A text that was decoded, and whether its bytes were UTF-8: what is not becomes U+FFFD, which is another text. */
export interface DecodedText {
  readonly text: string;
  readonly isUtf8: boolean;
}

export function decodedText(bytes: Buffer): DecodedText {
  return { text: bytes.toString('utf8'), isUtf8: isUtf8(bytes) };
}

/** Lines without their LF. Looking at all of them at once costs next to nothing. */
export function decodedLines(bytes: Buffer): DecodedText[] {
  if (isUtf8(bytes))
    return bytes
      .toString('utf8')
      .split('\n')
      .map((text) => ({ text, isUtf8: true }));
  const lines: DecodedText[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const end = bytes.indexOf(LF, start);
    lines.push(decodedText(bytes.subarray(start, end < 0 ? bytes.length : end)));
    if (end < 0) break;
    start = end + 1;
  }
  return lines;
}

export const NOT_UTF8 = 'is not UTF-8 text';

const LF = 10;
