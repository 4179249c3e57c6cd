import { isStamped, type StampedName, stampOf } from '../../shared/formats/formats.js';
import { newerVersion, type VersionFound } from '../../shared/formats/version-found.js';
import { surveyHome } from '../../shared/node/formats/survey-home.js';
import { type MigrationStep, stepFor } from './steps.js';

export interface ToMigrate {
  readonly place: string;
  readonly step: MigrationStep;
}

interface Older {
  readonly format: StampedName;
  readonly version: VersionFound;
  /** Not so of what nothing needs any more, such as the report of an earlier gate. */
  readonly isRead: boolean;
  readonly files: number;
}

/** What a home holds, by what is to be done about it. */
export interface HomeVersions {
  readonly files: number;
  /** Of a newer build: nothing is done in such a home. */
  readonly newer: readonly { readonly place: string; readonly format: StampedName; readonly version: number }[];
  readonly toMigrate: readonly ToMigrate[];
  /** Older ones that stay as they are, how many of each kind. */
  readonly older: readonly Older[];
  /** Of no kind that the product writes: somebody else's, and left alone. */
  readonly unknown: readonly string[];
}

export function versionsIn(home: string): HomeVersions {
  const newer: { place: string; format: StampedName; version: number }[] = [];
  const toMigrate: ToMigrate[] = [];
  const older = new Map<string, Older>();
  const unknown: string[] = [];
  let files = 0;
  for (const { place, format, version } of surveyHome(home)) {
    files++;
    if (format === null) unknown.push(place);
    if (format === null || !isStamped(format) || version === null) continue;
    const stamp = stampOf(format);
    const step = stepFor(format, version);
    const tooNew = newerVersion(version, stamp);
    if (tooNew !== null) newer.push({ place, format, version: tooNew });
    else if (step !== null) toMigrate.push({ place, step });
    else if (version !== stamp.newest) {
      const key = `${format} ${version}`;
      const isRead = version === 'absent' ? stamp.mayBeAbsent : stamp.reads.some((one) => one === version);
      older.set(key, { format, version, isRead, files: (older.get(key)?.files ?? 0) + 1 });
    }
  }
  return { files, newer, toMigrate, older: [...older.values()], unknown };
}
