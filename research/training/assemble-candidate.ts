import { Failure } from '../../shared/failure.js';
import { featureSchemaJson, featureSchemaSha256 } from '../../shared/market/features/schema.js';
import type { CalibratedEnsemble, Policy } from '../../shared/model/decision/ensemble.js';
import type { GoldenRows } from '../../shared/model/heads/golden-rows.js';
import { FEATURE_SCHEMA_FILE } from '../../shared/trust/statement.js';
import { REFERENCE_FILE, type ReleaseReference } from '../monitor/drift/head-reference.js';
import { fitEnsemble } from './fit-ensemble.js';
import type { TrainedHead } from './trained-head.js';
import { writeFolder } from './write-folder.js';

/**
 * Writes the candidate folder, which holds exactly the files that a release of these heads would hold before the gate has
 * spoken: `heads/<name>.onnx`, `heads/<name>.json`, `feature-schema.json`, `ensemble.json`, `golden.json`, `recipes.json`, and `reference.json` where
 * the heads know what their features looked like.
 * The same heads and policy give the same bytes.
 * @returns the ensemble and the names of the files
 * @throws Failure of type `StaleHeads` when a head was trained on features that this code does not compute
 */
export function assembleCandidate(
  folder: string,
  heads: readonly TrainedHead[],
  policy: Policy,
): { readonly ensemble: CalibratedEnsemble; readonly files: readonly string[] } {
  const records = heads.map(({ record }) => record);
  for (const { spec, featureSchemaSha256: trainedOn } of records)
    if (trainedOn !== featureSchemaSha256)
      throw new Failure(
        'StaleHeads',
        `${spec.name} was trained on feature schema ${trainedOn}, this code computes ${featureSchemaSha256}`,
        'Train the head again.',
      );
  const ensemble = fitEnsemble(
    heads.map(({ said }) => said),
    policy,
  );
  const golden: GoldenRows = {
    v: 1,
    heads: Object.fromEntries(records.map((record) => [record.spec.name, record.golden])),
  };
  const recipes = Object.fromEntries(records.map(({ spec, recipe }) => [spec.name, recipe]));
  const files = new Map<string, Uint8Array | string>([
    [FEATURE_SCHEMA_FILE, featureSchemaJson],
    ['ensemble.json', json(ensemble)],
    ['golden.json', json(golden)],
    ['recipes.json', json({ v: 1, recipes })],
  ]);
  const references = heads.flatMap(({ record, reference }) => (reference ? [[record.spec.name, reference]] : []));
  if (references.length > 0)
    files.set(
      REFERENCE_FILE,
      `${JSON.stringify({ v: 1, heads: Object.fromEntries(references) } satisfies ReleaseReference)}\n`,
    );
  for (const { record, onnx } of heads) {
    files.set(`heads/${record.spec.name}.onnx`, onnx);
    files.set(`heads/${record.spec.name}.json`, json(record.spec));
  }
  writeFolder(folder, files);
  return { ensemble, files: [...files.keys()].sort() };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}
