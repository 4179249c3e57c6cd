import { decodedLines } from '../../shared/fields/utf8-text.js';
import { lineBlocks } from '../../shared/node/files/line-blocks.js';

/** A line without its end, and its number in the file, from 1. */
export interface TextLine {
  readonly text: string;
  readonly number: number;
  /** False where a byte was none of UTF-8: the text is not what the file holds. */
  readonly isUtf8: boolean;
}

/** The lines of a file (plain or packed), a megabyte of them at a time. @throws BadInput */
export async function* textLines(file: string, signal?: AbortSignal): AsyncGenerator<TextLine[]> {
  let number = 0;
  for await (const { bytes, start, end } of lineBlocks(file, signal)) {
    const { texts, garbled } = decodedLines(bytes.subarray(start, end - 1));
    yield texts.map((text, i) => ({ text: text.trimEnd(), number: ++number, isUtf8: !garbled.has(i) }));
  }
}
