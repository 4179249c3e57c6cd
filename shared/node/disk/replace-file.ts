import { randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Puts `bytes` in place of `file` by temp + fsync + rename: a reader sees the old bytes or the new, never a part.
 * @param mode who may read it, whatever the umask says; without it the umask decides
 */
export function replaceFile(file: string, bytes: Uint8Array | string, mode?: number): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = writeTemporary(file, bytes, mode);
  try {
    renameWithRetry(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(path.dirname(file));
}

/** Writes and fsyncs `bytes` beside `file` under a name of its own, and returns that name. @param mode as of `replaceFile` */
export function writeTemporary(file: string, bytes: Uint8Array | string, mode?: number): string {
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  const descriptor = openSync(temporary, 'wx', mode ?? 0o644);
  try {
    if (mode !== undefined) fchmodSync(descriptor, mode);
    writeFileSync(descriptor, bytes);
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
  return temporary;
}

const RETRY_CODES = new Set(['EPERM', 'EACCES', 'EBUSY']);
const RETRIES_MAX = 8;

/** On Windows a rename fails while a scanner or a reader holds the target open; that passes within milliseconds. */
export function renameWithRetry(from: string, to: string): void {
  for (let attempt = 0; ; attempt++) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (!RETRY_CODES.has(code) || attempt >= RETRIES_MAX) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 ** attempt);
    }
  }
}

/** Makes a rename durable. Windows cannot open a folder for this and does not need it. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
