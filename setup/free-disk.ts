import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Prerequisite } from './prerequisite.js';

const GIB = 2 ** 30;

/** Free space where a folder is, or will be made. */
export async function freeDisk(folder: string, minimumGib: number): Promise<Prerequisite> {
  let existing = path.resolve(folder);
  while (!existsSync(existing)) existing = path.dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  const freeGib = (bavail * bsize) / GIB;
  return {
    name: 'free disk',
    needed: 'required',
    found: freeGib >= minimumGib,
    version: `${freeGib.toFixed(1)} GiB`,
    path: existing,
    fix: `free ${minimumGib} GiB, or set BELIEVE_CACHE to a folder on another disk`,
  };
}
