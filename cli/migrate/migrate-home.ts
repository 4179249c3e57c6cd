import { createHash } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { homePlaces } from '../../shared/config/home-places.js';
import { BadInput, Failure } from '../../shared/failure.js';
import { createFile } from '../../shared/node/disk/create-file.js';
import { namesIn } from '../../shared/node/disk/names-in.js';
import { HANDWRITTEN_BYTES_MAX, readInputFile } from '../../shared/node/disk/plain-file.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import type { ToMigrate } from './survey.js';

/** A file that was written anew. */
export interface Migrated {
  readonly place: string;
  readonly format: string;
  readonly to: number;
  /** Where it lies as it was, from the home folder. */
  readonly copy: string;
}

/**
 * Writes files anew, each whole or not at all, and keeps each as it was. A kill leaves a home that is opened as before or as after, and
 * what is done again ends the same: a copy is named by its content, and a file that is new already is not asked for.
 * Every file is read and rewritten in memory before the first is written.
 * @throws BadInput for a file that is none of its format; Failure 'ForeignFolder'
 */
export function migrateFiles(home: string, files: readonly ToMigrate[]): Migrated[] {
  const planned = files.map((one) => ({ ...one, ...rewritten(path.join(home, one.place), one) }));
  return planned.map(({ place, step, file, before, after, mode }) => {
    const copy = copyOf(home, place, before);
    for (const one of [file, copy]) removeHalfWritten(one);
    createFile(copy, before, mode);
    replaceFile(file, after, mode);
    return { place, format: step.format, to: step.to, copy: path.relative(home, copy).split(path.sep).join('/') };
  });
}

function rewritten(file: string, { step }: ToMigrate) {
  const { uid, mode } = statSync(file);
  const self = process.getuid?.();
  if (self !== undefined && uid !== self)
    throw new Failure('ForeignFolder', `${file} belongs to another user (${uid})`, 'run believe migrate as that user');
  const before = readInputFile(file, HANDWRITTEN_BYTES_MAX);
  try {
    return { file, mode: mode & 0o777, before, after: step.rewrite(before.toString('utf8')) };
  } catch (error) {
    const reason = `cannot be written anew: ${(error as Error).message}`;
    throw new BadInput(file, undefined, reason, 'restore it from a backup');
  }
}

function copyOf(home: string, place: string, bytes: Buffer): string {
  const content = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return path.join(homePlaces(home).migrated, ...place.split('/').slice(0, -1), `${path.basename(place)}.${content}`);
}

/** What a kill left beside a file: nobody else writes here now. */
function removeHalfWritten(file: string): void {
  for (const name of namesIn(path.dirname(file)))
    if (name.startsWith(`${path.basename(file)}.`) && /\.\d+-[0-9a-f]{8}\.tmp$/.test(name))
      rmSync(path.join(path.dirname(file), name));
}
