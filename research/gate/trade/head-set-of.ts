import { createHash } from 'node:crypto';
import { planFeatures } from '../../../shared/market/features/feature-plan.js';
import type { Ensemble } from '../../../shared/model/decision/ensemble.js';
import type { HeadSpec } from '../../../shared/model/heads/head.js';
import { HeadSet, type LoadedHead } from '../../../shared/model/heads/head-set.js';
import { OnnxHead } from '../../../shared/model/heads/onnx-head.js';
import { provenTrees } from '../../../shared/model/heads/proven-trees.js';

export interface HeadModel {
  readonly spec: HeadSpec;
  readonly onnx: Uint8Array;
}

/** Heads as a release would hold them, without its golden rows: of models that are no release. Free them after use. */
export async function headSetOf(models: readonly HeadModel[], ensemble: Ensemble): Promise<HeadSet> {
  const heads: LoadedHead[] = [];
  for (const { spec, onnx } of models) {
    const model = await OnnxHead.load(onnx, spec.features.length, spec.classes);
    heads.push({
      spec,
      plan: planFeatures(spec.features),
      onnxSha256: createHash('sha256').update(onnx).digest('hex'),
      model,
      trees: await provenTrees(Buffer.from(onnx), model, new Float32Array(0)),
    });
  }
  return new HeadSet(heads, ensemble, { v: 1, heads: {} });
}
