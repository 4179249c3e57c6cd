import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
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

/** A head whose recipe is missing would be taken for one that the release never had. */
function refuseOtherHeads(tarball: string, withRecipe: readonly string[], files: readonly string[]): void {
  const held = files.flatMap((file) => /^heads\/(.+)\.onnx$/.exec(file)?.[1] ?? []);
  if (isDeepStrictEqual([...withRecipe].sort(), held.sort())) return;
  const said = `has recipes of ${withRecipe.join(', ')} for heads ${held.join(', ') || 'none'}`;
  throw new BadInput(tarball, 'recipes.json', said, 'ship a new release');
}

/** The recipes of a release by its heads, out of its own tarball: what the gate refits on the candidate's folds. */
export async function recipesOf(releasesFolder: string, modelVersion: number): Promise<Record<HeadName, HeadRecipe>> {
  const { predicate, tarballFile } = readBuiltRelease(releasesFolder, modelVersion);
  const files = await openArchive(readFileSync(tarballFile), predicate.files);
  const text = files.get('recipes.json')?.toString('utf8');
  if (text === undefined)
    throw new BadInput(tarballFile, 'recipes.json', 'is not in the release', 'ship a new release');
  const { recipes } = recipesFile.parse(JSON.parse(text));
  refuseOtherHeads(tarballFile, Object.keys(recipes), [...files.keys()]);
  return recipes;
}
