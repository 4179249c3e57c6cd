import { type Dirent, readdirSync } from 'node:fs';
import path from 'node:path';
import { type FormatName, formatAt, isStamped, stampOf } from '../../formats/formats.js';
import { formatTooNew, newerVersion, type VersionFound } from '../../formats/version-found.js';
import { isNotOurs, versionAt } from './version-at.js';

/** A file of a home, its format, and what it says of its version. */
export interface SurveyedFile {
  /** From the home folder, by `/`. */
  readonly place: string;
  /** Null for a file of no kind that the product writes. */
  readonly format: FormatName | null;
  /** Null where something else than the file says it, or there is nothing in the file yet. */
  readonly version: VersionFound | null;
}

/** Every file of a home that this user may look for. */
export function* surveyHome(home: string, isWanted = (_folder: string) => true): Generator<SurveyedFile> {
  for (const place of filesBelow(home, '', isWanted)) {
    const format = formatAt(place);
    const version = format !== null && isStamped(format) ? versionAt(path.join(home, place), format) : null;
    yield { place, format, version };
  }
}

/** What is in them is named by its content, is others', or its reader looks at its version: see `Stamp.refusedBy`. */
const NOT_AT_START: ReadonlySet<string> = new Set([
  ...['research/ships', 'research/store', 'research/backtests', 'research/monitor', 'research/published'],
  ...['receiver/batches', 'receiver/logs', 'receiver/landing', 'receiver/work', 'receiver/quarantine'],
  ...['broker/releases', 'broker/incoming', 'broker/outbox', 'signer/inbox'],
  ...['public/log', 'public/page', 'temporal', 'logs', 'migrated', 'gateway', 'research/input'],
]);

/**
 * Before anything of a home is read: a file that a newer build wrote would be misread, or taken for none, and what is written then
 * would be lost to that build.
 * @throws Failure 'FormatTooNew'
 */
export function requireReadableHome(home: string): void {
  for (const { place, format, version } of surveyHome(home, (folder) => !NOT_AT_START.has(folder))) {
    if (format === null || !isStamped(format)) continue;
    const newer = newerVersion(version, stampOf(format));
    if (newer !== null) throw formatTooNew(format, path.join(home, place), newer);
  }
}

function* filesBelow(home: string, folder: string, isWanted: (folder: string) => boolean): Generator<string> {
  for (const entry of entriesOf(path.join(home, folder))) {
    const place = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile()) yield place;
    else if (entry.isDirectory() && isWanted(place)) yield* filesBelow(home, place, isWanted);
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isNotOurs(error)) return [];
    throw error;
  }
}
