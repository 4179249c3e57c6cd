import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { renameWithRetry, replaceFile, syncFolder } from '../../shared/node/disk/replace-file.js';

/**
 * Makes `folder` hold exactly these files, name inside it -> bytes: they are written beside it, fsynced and put in place
 * by a rename, so that a reader or a kill never finds a part of them. A folder that was there is replaced.
 */
export function writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array | string>): void {
  const unique = `${process.pid}-${randomBytes(4).toString('hex')}`;
  const temporary = `${folder}.${unique}.tmp`;
  const replaced = `${folder}.${unique}.old`;
  mkdirSync(temporary, { recursive: true });
  try {
    for (const [name, bytes] of files) replaceFile(path.join(temporary, ...name.split('/')), bytes);
    try {
      renameWithRetry(folder, replaced);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    renameWithRetry(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    rmSync(replaced, { recursive: true, force: true });
  }
  syncFolder(path.dirname(folder));
}
