import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { BadInput, Failure } from '../../../shared/failure.js';
import { jsonOfFormat } from '../../../shared/formats/version-found.js';
import { sha256Hex } from '../../../shared/reference.js';
import type { MarketStore } from '../market-store.js';
import { filesBelow } from './bucket-documents.js';

/** What a ship of some host is trained on: `gc` on another host sees no ship of it, and this is how it spares its objects. */
const trainingSetNames = z.strictObject({ v: z.literal(1), merkleRoot: sha256Hex, objects: z.array(sha256Hex).min(1) });
type TrainingSetNames = Readonly<z.infer<typeof trainingSetNames>>;

/** Tells everybody who shares the store which objects a ship needs; a store of one machine looks at the ships themselves. */
export async function nameTrainingSet(
  store: Pick<MarketStore, 'documents' | 'shared'>,
  merkleRoot: string,
  objects: readonly string[],
): Promise<void> {
  if (store.shared === undefined) return;
  const names: TrainingSetNames = { v: 1, merkleRoot, objects: [...new Set(objects)].sort() };
  await store.documents.create(`training-sets/${merkleRoot}.json`, `${JSON.stringify(names)}\n`);
}

/** @throws BadInput where one cannot be read */
export function namedTrainingSets({ root }: Pick<MarketStore, 'root'>): TrainingSetNames[] {
  return filesBelow(root, 'training-sets').map((name) => {
    const file = path.join(root, ...name.split('/'));
    try {
      return trainingSetNames.parse(jsonOfFormat('named training set', file, readFileSync(file, 'utf8')));
    } catch (error) {
      if (error instanceof Failure) throw error;
      const reason = `names no training set: ${(error as Error).message.slice(0, 200)}`;
      throw new BadInput(file, undefined, reason, 'find out who wrote it; remove it when no ship needs its objects');
    }
  });
}
