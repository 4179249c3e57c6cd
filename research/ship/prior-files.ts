import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { Failure } from '../../shared/failure.js';
import { ensemble, type HeadForecast } from '../../shared/model/decision/ensemble.js';
import { type HeadName, type HeadSamples, headName, headSpec } from '../../shared/model/heads/head.js';
import type { HeadSet } from '../../shared/model/heads/head-set.js';
import { loadHeadSet } from '../../shared/model/heads/load-head-set.js';
import { openArchive } from '../../shared/trust/archive.js';
import type { Predict } from '../gate/index.js';
import { MODEL_CARD_JSON } from '../model-card/build-model-card.js';
import { readBuiltRelease } from '../release/build-release.js';
import { predictByOnnx } from '../training/predict-by-onnx.js';

/** Rows that each head of a release was trained on, by its card; none where there is no such release or card. */
export async function trainedRowsOf(
  releasesFolder: string,
  modelVersion: number | null,
): Promise<Readonly<Record<HeadName, number>>> {
  const files = await filesOf(releasesFolder, modelVersion);
  const card = files?.get(MODEL_CARD_JSON);
  if (!card) return {};
  const { heads } = trainedUntil.parse(JSON.parse(card.toString('utf8')));
  return Object.fromEntries(heads.map(({ spec, data }) => [spec.name, data.rows]));
}

/** The calibration of a head in the files of a release; none in releases of earlier code. */
export function forecastOf(files: ReadonlyMap<string, Buffer>, head: HeadName): HeadForecast | undefined {
  const text = files.get('ensemble.json');
  const read = text && ensemble.parse(JSON.parse(text.toString('utf8')));
  return read?.v === 2 ? read.forecasts[head] : undefined;
}

async function filesOf(releasesFolder: string, modelVersion: number | null) {
  if (modelVersion === null) return null;
  const { predicate, tarballFile } = readBuiltRelease(releasesFolder, modelVersion);
  return await openArchive(readFileSync(tarballFile), predicate.files);
}

/** As much of a release's card as says until when its heads have seen the market. */
const trainedUntil = z.object({
  heads: z.array(
    z.object({ spec: z.object({ name: headName }), data: z.object({ rows: z.number(), lastEndMs: z.number() }) }),
  ),
});

/**
 * The very files of the release in use, for dates that it has not seen. Null without a release, where a head of it was
 * trained on what comes after `fromMs`, or where this code cannot run it any more.
 */
export class PriorFiles {
  private constructor(private readonly files: ReadonlyMap<string, Buffer>) {}

  static async unseen(releasesFolder: string, modelVersion: number | null, fromMs: number): Promise<PriorFiles | null> {
    const files = await filesOf(releasesFolder, modelVersion);
    const card = files?.get(MODEL_CARD_JSON);
    if (!files || !card) return null;
    const { heads } = trainedUntil.parse(JSON.parse(card.toString('utf8')));
    return heads.every(({ data }) => data.lastEndMs <= fromMs) ? new PriorFiles(files) : null;
  }

  /** Null where this code computes other features than the release was trained on. */
  async heads(): Promise<HeadSet | null> {
    try {
      return await loadHeadSet(this.files);
    } catch (error) {
      if (error instanceof Failure && error.type === 'HeadSetRefused') return null;
      throw error;
    }
  }

  /** Null where the release has no such head, or it looks at other features. */
  async predict({ head, ...samples }: HeadSamples): Promise<Predict | null> {
    const spec = this.files.get(`heads/${head.name}.json`);
    const onnx = this.files.get(`heads/${head.name}.onnx`);
    if (!spec || !onnx) return null;
    const { features, classes, horizonMs } = headSpec.parse(JSON.parse(spec.toString('utf8')));
    const isSame = isDeepStrictEqual([features, classes, horizonMs], [head.features, head.classes, head.horizonMs]);
    return isSame ? await predictByOnnx(onnx, forecastOf(this.files, head.name), { head, ...samples }) : null;
  }
}
