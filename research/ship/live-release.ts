import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { BadInput } from '../../shared/failure.js';
import { type HeadName, type HeadRecipe, headName, headRecipe } from '../../shared/model/heads/head.js';
import { openArchive } from '../../shared/trust/archive.js';
import { readBuiltRelease, releaseLedger } from '../release/build-release.js';
import type { LedgerRelease } from '../release/ledger.js';

/** The release that trades: the last that went live; null before the first. */
export function liveRelease(releasesFolder: string): LedgerRelease | null {
  return (
    releaseLedger(releasesFolder)
      .list()
      .findLast((one) => one.state === 'live') ?? null
  );
}

const recipesFile = z.object({ v: z.literal(1), recipes: z.record(headName, headRecipe) });

/** The recipes of a release, out of its own tarball: what the gate refits on the candidate's folds. */
export async function recipesOf(releasesFolder: string, modelVersion: number): Promise<Record<HeadName, HeadRecipe>> {
  const { predicate, tarballFile } = readBuiltRelease(releasesFolder, modelVersion);
  const files = await openArchive(readFileSync(tarballFile), predicate.files);
  const text = files.get('recipes.json')?.toString('utf8');
  if (text === undefined)
    throw new BadInput(tarballFile, 'recipes.json', 'is not in the release', 'ship a new release');
  return recipesFile.parse(JSON.parse(text)).recipes;
}
