import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

/** What a ship computes and can compute again from its pinned training set: the most of its bytes. */
const WORK = ['samples', 'folds', 'days'] as const;
const DAY_MS = 86_400_000;

export interface PrunedShip {
  /** Name of the ship's folder. */
  readonly ship: string;
  readonly sizeBytes: number;
  /** Days since its last file was written. */
  readonly quietDays: number;
}

/**
 * Deletes samples, folds and days of ships that have been quiet for longer than any ship waits; candidate, evidence, reports and
 * card stay, so that who let what go can be told for good. A ship that was asked for its samples all the same refuses, since
 * references name the sha256 of what was there.
 * @param options.dryRun only says what would be deleted
 */
export function pruneShips(
  shipsFolder: string,
  options: { readonly workDays: number; readonly nowMs: number; readonly dryRun: boolean },
): PrunedShip[] {
  if (!existsSync(shipsFolder)) return [];
  return readdirSync(shipsFolder).flatMap((ship) => {
    const folder = path.join(shipsFolder, ship);
    if (!lstatSync(folder).isDirectory()) return [];
    const { newestMs } = contents(folder);
    const quietDays = Math.floor((options.nowMs - newestMs) / DAY_MS);
    const work = WORK.map((name) => path.join(folder, name)).filter((name) => existsSync(name));
    if (work.length === 0 || quietDays <= options.workDays) return [];
    const sizeBytes = work.reduce((sum, name) => sum + contents(name).sizeBytes, 0);
    if (!options.dryRun) for (const name of work) rmSync(name, { recursive: true, maxRetries: 5 });
    return [{ ship, sizeBytes, quietDays }];
  });
}

/** Of its files alone: a folder's time is also that of what was deleted from it. Links are neither followed nor counted. */
function contents(folder: string): { sizeBytes: number; newestMs: number } {
  const found = { sizeBytes: 0, newestMs: 0 };
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      const { sizeBytes, newestMs } = contents(at);
      found.sizeBytes += sizeBytes;
      found.newestMs = Math.max(found.newestMs, newestMs);
    } else if (entry.isFile()) {
      const { size, mtimeMs } = lstatSync(at);
      found.sizeBytes += size;
      found.newestMs = Math.max(found.newestMs, mtimeMs);
    }
  }
  return found;
}
