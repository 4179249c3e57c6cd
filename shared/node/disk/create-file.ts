import { linkSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { syncFolder, writeTemporary } from './replace-file.js';

/**
 * Creates `file` with all its bytes, durably, unless it exists already: of several processes exactly one gets true, and
 * a kill at any instruction leaves either no file or the whole one. A hard link is what makes that one step.
 */
export function createFile(file: string, bytes: Uint8Array | string, mode?: number): boolean {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = writeTemporary(file, bytes, mode);
  try {
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  syncFolder(path.dirname(file));
  return true;
}
