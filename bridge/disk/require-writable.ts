import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../../shared/failure.js';
import { isDiskFull } from '../../shared/node/disk/disk-full.js';

/**
 * Makes the folder where it is missing, and tries what will be done in it later: making a file. A full disk passes: it
 * is waited for, and must not keep a bridge from starting, which may have a position to close.
 * @throws Failure FolderNotWritable
 */
export function requireWritable(folder: string): void {
  const trial = path.join(folder, `.writable-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    closeSync(openSync(trial, 'w'));
    rmSync(trial);
  } catch (error) {
    if (isDiskFull(error)) return;
    throw new Failure(
      'FolderNotWritable',
      `${folder} cannot be written: ${(error as Error).message}`,
      'give the user of this service the right to write there, or mount its disk for writing',
      { folder },
    );
  }
}
