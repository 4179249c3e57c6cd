import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder } from '../../setup/cache-folder.mjs';
import { readByUs } from './read-by-us.js';

/** Seconds that reading columns takes; the first read of an object hashes it as a whole. */
export interface TwoReads {
  readonly first: number;
  readonly again: number;
}

/** Reads copies of objects that no one has read in this process, and reads them again. */
export async function readTwice(files: readonly string[], names: readonly string[]): Promise<TwoReads> {
  const folder = mkdtempSync(path.join(cacheFolder(), 'bench', 'copies-'));
  try {
    const copies = files.map((file, i) => {
      mkdirSync(path.join(folder, String(i)));
      const copy = path.join(folder, String(i), path.basename(file));
      cpSync(file, copy);
      return copy;
    });
    const first = await readByUs(copies, names);
    return { first, again: await readByUs(copies, names) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
