import { closeSync, fstatSync, readSync } from 'node:fs';
import { type StampedName, stampOf } from '../../formats/formats.js';
import { type VersionFound, versionIn } from '../../formats/version-found.js';
import { NotPlainFile, openPlainFile, readPlainFile } from '../disk/plain-file.js';

/** More than the first fields of any document or line. */
const BEGINNING_BYTES = 4096;
/** More than any line. */
const ENDING_BYTES = 256 * 1024;
/** A document whose version does not stand at its beginning was written by hand. */
const HANDWRITTEN_BYTES_MAX = 2 ** 20;

/**
 * What a file says of its version; of lines the newest of the first and the last whole one, because what was written later stands
 * behind. Null where there is nothing in it yet, where it is gone, and where it is another user's.
 */
export function versionAt(file: string, format: StampedName): VersionFound | null {
  const stamp = stampOf(format);
  try {
    const { beginning, ending, sizeBytes } = endsOf(file, stamp.in === 'each line');
    if (sizeBytes === 0) return null;
    if (stamp.in === 'document') {
      const found = versionIn(beginning, stamp, sizeBytes <= BEGINNING_BYTES);
      if (found !== 'unreadable' || sizeBytes > HANDWRITTEN_BYTES_MAX) return found;
      return versionIn(readPlainFile(file, HANDWRITTEN_BYTES_MAX).toString('utf8'), stamp);
    }
    const end = beginning.indexOf('\n');
    const first = versionIn(end < 0 ? beginning : beginning.slice(0, end), stamp, end >= 0);
    const last = lastLineIn(ending);
    return last === null ? first : newest(first, versionIn(last, stamp));
  } catch (error) {
    if (isNotOurs(error)) return null;
    throw error;
  }
}

/** Gone meanwhile, another user's, or no file that could be read to its end. */
export function isNotOurs(error: unknown): boolean {
  return (
    error instanceof NotPlainFile || ['ENOENT', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')
  );
}

function endsOf(file: string, withEnding: boolean): { beginning: string; ending: string; sizeBytes: number } {
  const descriptor = openPlainFile(file);
  try {
    const sizeBytes = fstatSync(descriptor).size;
    const at = (from: number, bytes: number) => {
      const buffer = Buffer.alloc(Math.min(bytes, sizeBytes - from));
      return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, buffer.length, from));
    };
    const beginning = at(0, BEGINNING_BYTES);
    return { beginning, ending: withEnding ? at(Math.max(0, sizeBytes - ENDING_BYTES), ENDING_BYTES) : '', sizeBytes };
  } finally {
    closeSync(descriptor);
  }
}

/** What stands behind the last line end was not written to its end. */
function lastLineIn(ending: string): string | null {
  const whole = ending.slice(0, Math.max(0, ending.lastIndexOf('\n')));
  const line = whole.slice(whole.lastIndexOf('\n') + 1);
  return line === '' ? null : line;
}

function newest(first: VersionFound, last: VersionFound): VersionFound {
  return typeof first === 'number' && typeof last === 'number' ? Math.max(first, last) : last;
}
