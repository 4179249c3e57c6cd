import { lineBlocks } from '../../shared/node/files/line-blocks.js';

/** A line without its end, and its number in the file, from 1. */
export interface TextLine {
  readonly text: string;
  readonly number: number;
}

/** The lines of a file (plain or packed), a megabyte of them at a time. @throws BadInput */
export async function* textLines(file: string, signal?: AbortSignal): AsyncGenerator<TextLine[]> {
  let number = 0;
  for await (const { bytes, start, end } of lineBlocks(file, signal)) {
    const lines = bytes.toString('utf8', start, end - 1).split('\n');
    yield lines.map((text) => ({ text: text.trimEnd(), number: ++number }));
  }
}
