import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type LiveRelease, liveRelease, placeOf } from '../../contract/live-release.js';
import { Failure } from '../../failure.js';
import { comparePins } from '../../trust/pin.js';

/** `broker/trust/live/`: one file for each release that the bridge has swapped to, beside the pin and as safe as it. */
export function liveFolder(brokerFolder: string): string {
  return path.join(brokerFolder, 'trust', 'live');
}

/**
 * Every release that was swapped to, the newest one, which trades, last.
 * @throws Failure LiveReleaseLost where a file of it cannot be read: nobody then knows which one is the newest
 */
export function readLiveReleases(brokerFolder: string): readonly LiveRelease[] {
  const folder = liveFolder(brokerFolder);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => read(path.join(folder, name)))
    .sort((one, other) => comparePins(placeOf(one), placeOf(other)));
}

function read(file: string): LiveRelease {
  try {
    return liveRelease.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Failure(
      'LiveReleaseLost',
      `${file} cannot be read, so the release in use is not known: ${(error as Error).message}`,
      'restore trust/live/ from the backup, or remove this file and ship again',
      { file },
    );
  }
}
