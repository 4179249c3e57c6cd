import path from 'node:path';
import { BadInput } from '../../shared/failure.js';
import type { ImportHints } from './format.js';

/**
 * The contract of a file that does not name it: the hint, else how the file's name begins (`ESH23` of
 * `ESH23-10-ticks.scid`, `ESU25_FUT_CME` of `ESU25_FUT_CME.2025-08-12.depth`).
 * @throws BadInput where the name begins with no word
 */
export function instrumentOf(file: string, hints: ImportHints): string {
  if (hints.instrument !== undefined) return hints.instrument;
  const word = /^\w+/.exec(path.basename(file))?.[0];
  if (word === undefined) throw new BadInput(file, undefined, 'does not name its instrument', 'give --instrument');
  return word;
}
