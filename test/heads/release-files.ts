import { featureSchemaJson } from '../../shared/market/features/schema.js';
import { encodeFloat32 } from '../../shared/model/heads/golden-rows.js';
import type { HeadSpec } from '../../shared/model/heads/head.js';
import { HEAD_SPECS } from '../../shared/model/heads/head-specs.js';
import { OnnxHead } from '../../shared/model/heads/onnx-head.js';
import { randomOf } from '../market/random-market.js';
import { forestGraph } from './random-trees.js';
import { tinyOnnx } from './tiny-onnx.js';

const GOLDEN_ROWS = 5;

/** The heads of old releases, in their order: whatever is trained now. */
export const THREE_SPECS: readonly HeadSpec[] = [HEAD_SPECS.F2_dom, HEAD_SPECS.XGB_5m, HEAD_SPECS.Tick_ML];

export const ENSEMBLE = {
  v: 1,
  weights: { F2_dom: 0.5, XGB_5m: 0.2, Tick_ML: 0.3 },
  meanAbsMoveTicks: { F2_dom: 3, XGB_5m: 8, Tick_ML: 5 },
  policy: {
    entryEdgeTicks: 0.1,
    exitEdgeTicks: 0.05,
    feeTicks: 0,
    spreadShare: 0,
    maxSpreadTicks: 4,
    maxPositionContracts: 2,
  },
} as const;

/** The ensemble of some of the heads: what the others have is not given to them. */
function ensembleOf(specs: readonly HeadSpec[]): object {
  const of = (values: Readonly<Record<string, number>>) =>
    Object.fromEntries(specs.map(({ name }) => [name, values[name] ?? 0]));
  return { ...ENSEMBLE, weights: of(ENSEMBLE.weights), meanAbsMoveTicks: of(ENSEMBLE.meanAbsMoveTicks) };
}

/** Files of a release whose heads are tiny but real ONNX graphs, golden rows included. */
export async function releaseFiles(
  specs: readonly HeadSpec[] = THREE_SPECS,
  graphOf: (spec: HeadSpec) => Buffer = ({ features, classes }) => tinyOnnx(features.length, classes),
): Promise<Map<string, Buffer>> {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const files = new Map<string, Buffer>([
    ['feature-schema.json', Buffer.from(featureSchemaJson)],
    ['ensemble.json', json(ensembleOf(specs))],
  ]);
  const golden: Record<string, unknown> = {};
  for (const spec of specs) {
    const onnx = graphOf(spec);
    files.set(`heads/${spec.name}.onnx`, onnx);
    files.set(`heads/${spec.name}.json`, json(spec));
    golden[spec.name] = await goldenOf(spec, onnx);
  }
  return files.set('golden.json', json({ v: 1, heads: golden }));
}

/** Trees as our exporter writes them, which run without the runtime. */
export function treesOf({ features, classes }: HeadSpec): Buffer {
  const columns = features.length;
  return forestGraph({ seed: columns, classes, columns, trees: 12, depth: 3, thresholds: [-1, -0.3, 0, 0.2, 0.5, 2] });
}

async function goldenOf({ features, classes }: HeadSpec, onnx: Buffer): Promise<object> {
  const random = randomOf(features.length);
  const columns = features.length;
  const inputs = Float32Array.from({ length: GOLDEN_ROWS * columns }, () => random() - 0.5);
  const model = await OnnxHead.load(onnx, columns, classes);
  const outputs = await model.run(inputs, GOLDEN_ROWS);
  await model.release();
  return { rows: GOLDEN_ROWS, columns, classes, inputs: encodeFloat32(inputs), outputs: encodeFloat32(outputs) };
}
