import { BadInput } from '../../shared/failure.js';
import { lineBlocks } from '../../shared/node/files/line-blocks.js';

export interface JsonLine {
  readonly number: number;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Objects of a JSON-lines file (plain or packed), one at a time. @throws BadInput naming the line */
export async function* jsonLines(file: string): AsyncGenerator<JsonLine> {
  let number = 0;
  for await (const { bytes, start, end } of lineBlocks(file))
    for (const text of bytes.toString('utf8', start, end - 1).split('\n')) {
      number++;
      if (text.trim() !== '') yield { number, value: parse(file, number, text) };
    }
}

function parse(file: string, number: number, text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new BadInput(file, `line ${number}`, 'is not a JSON object', 'remove the line if the file was cut off there');
}
