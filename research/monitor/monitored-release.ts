import { readFileSync } from 'node:fs';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { ensemble, type HeadForecast } from '../../shared/model/decision/ensemble.js';
import { type HeadSpec, headSpec } from '../../shared/model/heads/head.js';
import { openArchive } from '../../shared/trust/archive.js';
import { MODEL_CARD_JSON } from '../model-card/build-model-card.js';
import { type ModelCard, modelCard } from '../model-card/model-card.js';
import { readBuiltRelease } from '../release/build-release.js';
import { REFERENCE_FILE, type ReleaseReference, releaseReference } from './drift/head-reference.js';

/** What a release says of itself that a day is held against. Releases of earlier code say less. */
export interface MonitoredRelease {
  readonly modelVersion: number;
  readonly tarballFile: string;
  readonly heads: readonly {
    readonly spec: HeadSpec;
    readonly onnx: Buffer;
    readonly forecast: HeadForecast | undefined;
  }[];
  readonly card: ModelCard | null;
  readonly reference: ReleaseReference | null;
}

/** @throws ReleaseMissing, BadArchive */
export async function monitoredRelease(releasesFolder: string, modelVersion: number): Promise<MonitoredRelease> {
  const { predicate, tarballFile } = readBuiltRelease(releasesFolder, modelVersion);
  const files = await openArchive(readFileSync(tarballFile), predicate.files);
  const json = (name: string) => jsonOrUndefined(files.get(name)?.toString('utf8') ?? '');
  const { weights, ...said } = ensemble.parse(json('ensemble.json'));
  const heads = Object.keys(weights).map((name) => ({
    spec: headSpec.parse(json(`heads/${name}.json`)),
    onnx: files.get(`heads/${name}.onnx`)!,
    forecast: said.v === 2 ? said.forecasts[name] : undefined,
  }));
  return {
    ...{ modelVersion, tarballFile, heads },
    card: modelCard.safeParse(json(MODEL_CARD_JSON)).data ?? null,
    reference: releaseReference.safeParse(json(REFERENCE_FILE)).data ?? null,
  };
}
