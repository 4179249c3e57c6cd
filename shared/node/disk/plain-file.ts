import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { BadInput } from '../../failure.js';
import { withoutByteOrderMark } from '../../fields/byte-order-mark.js';

/** What lies at a path and is no plain file: a pipe, a device, a folder. Reading it could wait, or go on, for ever. */
export class NotPlainFile extends Error {
  constructor(readonly file: string) {
    super('is not a plain file');
  }
}

/**
 * Opens a plain file for reading. A pipe without a writer, which would keep `open` waiting, and a device are refused
 * without being opened; what takes the file's place in that moment is opened without waiting, and then refused.
 * @throws NotPlainFile; the system error where there is nothing that this user may read
 */
export function openPlainFile(file: string): number {
  if (!statSync(file).isFile()) throw new NotPlainFile(file);
  // Windows has neither of the two flags, and no pipes in its folders.
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0));
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new NotPlainFile(file);
}

/** At most one byte more than `bytesMax`, so that the caller sees that there are too many without reading them all. */
export function readPlainFile(file: string, bytesMax: number): Buffer {
  const descriptor = openPlainFile(file);
  try {
    const buffer = Buffer.alloc(Math.min(fstatSync(descriptor).size, bytesMax) + 1);
    let bytes = 0;
    for (;;) {
      const read = readSync(descriptor, buffer, bytes, buffer.length - bytes, null);
      bytes += read;
      if (read === 0 || bytes === buffer.length) return buffer.subarray(0, bytes);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** As readPlainFile; null where there is none. One that this user may not read is an error, and not taken for none. */
export function readPlainFileIfThere(file: string, bytesMax: number): Buffer | null {
  try {
    return readPlainFile(file, bytesMax);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Settings and other files that people write by hand. */
export const HANDWRITTEN_BYTES_MAX = 16 * 2 ** 20;

/**
 * The whole file that somebody has named, where it is one of a size that can be held.
 * @throws BadInput in words, also for a pipe, a device, a folder, a file that is not there and one that is too large
 */
export function readInputFile(file: string, bytesMax: number): Buffer {
  const tooLarge = () => new BadInput(file, undefined, `has more than ${bytesMax} bytes`, 'name another file');
  let bytes: Buffer;
  try {
    if (statSync(file).size > bytesMax) throw tooLarge();
    bytes = readPlainFile(file, bytesMax);
  } catch (error) {
    if (error instanceof BadInput) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new BadInput(file, undefined, 'there is no such file', 'check the path');
    if (code === 'EACCES' || code === 'EPERM')
      throw new BadInput(file, undefined, 'may not be read by this user', 'check its permissions');
    throw new BadInput(
      file,
      undefined,
      error instanceof NotPlainFile ? message : `cannot be read: ${message}`,
      'name a file',
    );
  }
  if (bytes.length <= bytesMax) return bytes;
  throw tooLarge(); // it grew meanwhile
}

/** ...as text: UTF-8, with or without the byte order mark that Windows programs put before it. @throws BadInput as above */
export function readInputText(file: string, bytesMax: number): string {
  return withoutByteOrderMark(readInputFile(file, bytesMax).toString('utf8'));
}
