import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { BadInput, Failure } from '../../shared/failure.js';
import { jsonOfFormat } from '../../shared/formats/version-found.js';
import { sha256Hex } from '../../shared/reference.js';
import { merkleRootOf } from '../store/merkle-root.js';

const TRAINING_SET_FILE = 'training-set.json';
/** The part of a ship's training set that matters here. */
const trainingSet = z.object({
  series: z.array(z.object({ shards: z.array(z.object({ sha256: sha256Hex })) })),
});

/**
 * Every object that a ship was trained on, whether it became a release or not.
 * @param shipsFolder `research/ships` of a home folder
 * @throws BadInput where a training set cannot be read: nothing may be removed then
 */
export function releaseShards(shipsFolder: string): Set<string> {
  return new Set([...releaseTrainingSets(shipsFolder).values()].flat());
}

/** The same by training set, in its order, under its Merkle root. @throws BadInput */
export function releaseTrainingSets(shipsFolder: string): Map<string, string[]> {
  const sets = new Map<string, string[]>();
  for (const ship of foldersIn(shipsFolder)) {
    const objects = readTrainingSet(path.join(shipsFolder, ship, TRAINING_SET_FILE)).map(({ sha256 }) => sha256);
    if (objects.length > 0) sets.set(merkleRootOf(objects), objects);
  }
  return sets;
}

function readTrainingSet(file: string): { sha256: string }[] {
  try {
    return trainingSet
      .parse(jsonOfFormat('training set', file, readFileSync(file, 'utf8')))
      .series.flatMap(({ shards }) => shards);
  } catch (error) {
    if (error instanceof Failure) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new BadInput(file, undefined, 'is no training set', 'restore it, so that what it names can be kept');
  }
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
