import { Failure } from '../failure.js';
import { jsonOrUndefined } from '../fields/json-or-undefined.js';
import type { Stamp } from './format.js';
import { FORMATS, type StampedName, stampOf } from './formats.js';

/** What a file, or a line of it, says of its version. */
export type VersionFound = number | 'absent' | 'unreadable';

/** The version is the first field of what we write, but for `kind`; so the beginning of a document tells it. */
const FIRST_FIELDS = /^\s*\{\s*(?:"kind"\s*:\s*"[^"\\]*"\s*,\s*)?"(v|version)"\s*:\s*(\d{1,9})\s*[,}]/;

/** @param text a document or a line; @param isWhole not its beginning alone */
export function versionIn(text: string, { field }: Pick<Stamp, 'field'>, isWhole = true): VersionFound {
  const [, found, version] = FIRST_FIELDS.exec(text) ?? [];
  if (found === field) return Number(version);
  return isWhole ? versionOf(jsonOrUndefined(text), { field }) : 'unreadable';
}

export function versionOf(value: unknown, { field }: Pick<Stamp, 'field'>): VersionFound {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'unreadable';
  const version = (value as Readonly<Record<string, unknown>>)[field];
  if (version === undefined) return 'absent';
  return typeof version === 'number' ? version : 'unreadable';
}

/** The version where this build does not know it yet; null where it does, or there is none. */
export function newerVersion(found: VersionFound | null, { newest }: Pick<Stamp, 'newest'>): number | null {
  return typeof found === 'number' && found > newest ? found : null;
}

/**
 * JSON of a stamped format. Nothing but its version is looked at: what else is wrong with it, its reader says.
 * @param text a document, a first line, or a line. @throws SyntaxError; Failure 'FormatTooNew'
 */
export function jsonOfFormat(name: StampedName, file: string, text: string): unknown {
  const value: unknown = JSON.parse(text);
  const newer = newerVersion(versionOf(value, stampOf(name)), stampOf(name));
  if (newer !== null) throw formatTooNew(name, file, newer);
  return value;
}

/** What a document says besides its version, which it may have none of yet; one of a version that nobody reads is left as it is. */
export function withoutVersion(name: StampedName, value: unknown): unknown {
  const { field, reads } = stampOf(name);
  const found = versionOf(value, { field });
  if (typeof found !== 'number' || !reads.includes(found)) return value;
  const { [field]: _, ...said } = value as Readonly<Record<string, unknown>>;
  return said;
}

/** A file from the future: nothing of it is read, and nothing is written. */
export function formatTooNew(name: StampedName, file: string, version: number): Failure {
  const { newest } = stampOf(name);
  return new Failure(
    'FormatTooNew',
    `${file} is of version ${version} (${name}: ${FORMATS[name].holds}), and this build reads up to ${newest}`,
    'start the newer build that wrote it; to go back to this one, restore the backup from before the upgrade: docs/formats.md',
    { file, format: name, version, newest },
  );
}
