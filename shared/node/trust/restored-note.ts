import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { Failure } from '../../failure.js';
import { jsonOrUndefined } from '../../fields/json-or-undefined.js';
import { sha256Hex } from '../../reference.js';
import { readPlainFile } from '../disk/plain-file.js';
import { replaceFile } from '../disk/replace-file.js';

/** What a folder that gives numbers, or remembers them, says of itself after it came out of a backup. */
const restoredNote = z.strictObject({
  v: z.literal(1),
  /** When the backup was made: what happened after that this folder does not know by itself. */
  backupAt: z.iso.datetime(),
  manifestSha256: sha256Hex,
  restoredAt: z.iso.datetime(),
  /** When it was compared with the other side; null before. */
  settledAt: z.iso.datetime().nullable(),
  /** Nothing is sealed in a lower epoch: its numbers may have been given. */
  uploadEpochMin: z.number().int().positive(),
  /** No release gets numbers in a lower epoch: where nobody was left to ask, its counters may have been given. */
  releaseEpochMin: z.number().int().positive(),
});
export type RestoredNote = Readonly<z.infer<typeof restoredNote>>;

export const RESTORED_FILE = 'restored.json';

/** Null where the folder never came out of a backup. @throws Failure 'RestoredNotSettled' where the note is damaged */
export function readRestoredNote(folder: string): RestoredNote | null {
  const file = path.join(folder, RESTORED_FILE);
  if (!existsSync(file)) return null;
  const parsed = restoredNote.safeParse(jsonOrUndefined(readPlainFile(file, 1 << 16).toString('utf8')));
  if (parsed.success) return parsed.data;
  throw notSettled(folder, `${file} is damaged`);
}

export function writeRestoredNote(folder: string, note: RestoredNote): void {
  replaceFile(path.join(folder, RESTORED_FILE), `${JSON.stringify(restoredNote.parse(note))}\n`, 0o600);
}

/**
 * A folder that was restored may have forgotten releases that it verified, counters that it gave and batches that it sealed:
 * until it was compared with the other side, nothing is loaded, signed or sealed by what it remembers.
 * @param folder `broker/` or `research/releases/` of a home
 * @throws Failure 'RestoredNotSettled'
 */
export function requireSettled(folder: string): void {
  const note = readRestoredNote(folder);
  if (note !== null && note.settledAt === null)
    throw notSettled(folder, `it was restored from a backup of ${note.backupAt} and not compared with the other side`);
}

/** The same, and that no batch gets a number that the lost machine may have given. @throws Failure 'RestoredNotSettled' */
export function requireSettledEpoch(brokerFolder: string, epoch: number): void {
  requireSettled(brokerFolder);
  const least = readRestoredNote(brokerFolder)?.uploadEpochMin ?? 1;
  if (epoch < least)
    throw new Failure(
      'RestoredNotSettled',
      `upload.epoch is ${epoch}, and ${brokerFolder} was restored: numbers of epochs below ${least} may have been given`,
      `set upload.epoch to ${least} in the settings of both tiers, and start them again`,
      { epoch, least },
    );
}

/** The same of the counters of releases. @throws Failure 'RestoredNotSettled' */
export function requireSettledCounters(releasesFolder: string, epoch: number): void {
  requireSettled(releasesFolder);
  const least = readRestoredNote(releasesFolder)?.releaseEpochMin ?? 1;
  if (epoch < least)
    throw new Failure(
      'RestoredNotSettled',
      `releases are of epoch ${epoch}, and ${releasesFolder} was restored with nobody to ask: its counters may have been given`,
      'begin a new epoch: `believe keys rotate --role release --new-epoch`',
      { epoch, least },
    );
}

function notSettled(folder: string, why: string): Failure {
  return new Failure(
    'RestoredNotSettled',
    `${folder} cannot be relied on: ${why}`,
    'run `believe backup settle` (docs/backup.md)',
    { folder },
  );
}
