import { createHmac, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createFile } from '../../shared/node/disk/create-file.js';
import { makeFolder } from '../../shared/node/disk/make-folder.js';
import { readPrivateFile } from '../../shared/node/process/private-files.js';
import type { EntrySource } from '../../shared/public-record/entry.js';

/**
 * Salts of fills, each made again from one secret: what was committed to can be opened after a restart, and a fill's salt says
 * nothing of the next one's.
 */
export function fillSalts(secretFile: string, origin: string): (source: EntrySource) => string {
  if (!existsSync(secretFile)) {
    makeFolder(path.dirname(secretFile));
    createFile(secretFile, `${randomBytes(32).toString('hex')}\n`, 0o600);
  }
  const secret = Buffer.from(readPrivateFile(secretFile).toString('utf8').trim(), 'hex');
  return ({ stream, epoch, seq, line }) =>
    createHmac('sha256', secret).update(`${origin} ${stream} ${epoch} ${seq} ${line}`).digest('hex');
}
