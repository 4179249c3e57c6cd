import { type StreamHead, streamHead } from '../../contract/stream-head.js';
import { jsonOrUndefined } from '../../fields/json-or-undefined.js';
import { readPlainFile } from '../disk/plain-file.js';

/** The head that a file holds; null where it is damaged. @throws the system error where it cannot be read */
export function readStreamHead(file: string): StreamHead | null {
  return streamHead.safeParse(jsonOrUndefined(readPlainFile(file, HEAD_BYTES_MAX).toString('utf8'))).data ?? null;
}

export const HEAD_BYTES_MAX = 1 << 20;
