import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { readColumns } from '../../research/store/read-columns.js';
import { cacheFolder } from '../../setup/cache-folder.mjs';

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
    const first = await secondsOf(copies, names);
    return { first, again: await secondsOf(copies, names) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function secondsOf(files: readonly string[], names: readonly string[]): Promise<number> {
  const startMs = performance.now();
  let rows = 0;
  for await (const chunk of readColumns(files, 'mbp10', names, { counts: false })) rows += chunk.rows;
  if (rows === 0) throw new RangeError('nothing was read');
  return (performance.now() - startMs) / 1000;
}
