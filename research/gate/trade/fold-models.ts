import { z } from 'zod';
import { BadInput, Failure } from '../../../shared/failure.js';
import { jsonOfFormat } from '../../../shared/formats/version-found.js';
import type { Policy } from '../../../shared/model/decision/ensemble.js';
import { headSpec } from '../../../shared/model/heads/head.js';
import type { HeadSet } from '../../../shared/model/heads/head-set.js';
import { fitEnsemble } from '../../training/fit-ensemble.js';
import { outOfFold } from '../../training/out-of-fold.js';
import { headSetOf } from './head-set-of.js';

/** One recipe, fitted to one fold: graphs by seed, and what a fit of part of the same rows said of the rest of them. */
const armModels = z.strictObject({ said: outOfFold, onnx: z.array(z.base64()).min(1) });
export type ArmModels = Readonly<z.infer<typeof armModels>>;

/** The models of one fold of one head: what trades the fold's dates, together with the other heads'. */
export const foldModels = z.strictObject({
  kind: z.literal('believe.fold-models'),
  version: z.literal(1),
  spec: headSpec,
  fold: z.number().int().nonnegative(),
  candidate: armModels,
  prior: armModels.nullable(),
});
export type FoldModels = Readonly<z.infer<typeof foldModels>>;

export function encodeFoldModels(models: FoldModels): string {
  return `${JSON.stringify(foldModels.parse(models))}\n`;
}

/** @throws BadInput when the bytes are not such a file */
export function decodeFoldModels(bytes: Buffer, name: string): FoldModels {
  try {
    return foldModels.parse(jsonOfFormat('fold models', name, bytes.toString('utf8')));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new BadInput(
      name,
      undefined,
      `holds no models of a fold: ${(error as Error).message.slice(0, 200)}`,
      'start a new ship',
    );
  }
}

/**
 * The heads of one arm as they would have been released before a trade date: a head set for each seed, weighted by rows before
 * the date as a release is. Null where the arm has none of the heads.
 */
export async function headSetsOf(
  folds: readonly FoldModels[],
  arm: 'candidate' | 'prior',
  policy: Policy,
): Promise<HeadSet[] | null> {
  const heads = folds.flatMap(({ spec, [arm]: models }) => (models ? [{ spec, models }] : []));
  if (heads.length === 0) return null;
  const ensemble = fitEnsemble(
    heads.map(({ models }) => models.said),
    policy,
  );
  const seeds = Math.min(...heads.map(({ models }) => models.onnx.length));
  const sets: HeadSet[] = [];
  for (let seed = 0; seed < seeds; seed++)
    sets.push(
      await headSetOf(
        heads.map(({ spec, models }) => ({ spec, onnx: Buffer.from(models.onnx[seed]!, 'base64') })),
        ensemble,
      ),
    );
  return sets;
}
