import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { type FeaturePlan, planFeatures } from '../../market/features/feature-plan.js';
import { featureSchemaSha256 } from '../../market/features/schema.js';
import { type Ensemble, ensemble } from '../decision/ensemble.js';
import { decodeFloat32, type GoldenRows, goldenRows } from './golden-rows.js';
import { type HeadName, type HeadSpec, headSpec } from './head.js';
import { HeadSetRefused } from './head-failures.js';
import { HeadSet, type LoadedHead } from './head-set.js';
import { OnnxHead } from './onnx-head.js';
import { provenTrees } from './proven-trees.js';
import { samplingOf } from './sampling.js';

/**
 * Loads the heads from the files of a release that was verified: `feature-schema.json`, `ensemble.json`, `golden.json`
 * and, for each head, `heads/<name>.json` and `heads/<name>.onnx`. Does not check what the golden rows say.
 * @param files name inside the release -> bytes
 * @throws HeadSetRefused naming the file
 */
export async function loadHeadSet(files: ReadonlyMap<string, Buffer>): Promise<HeadSet> {
  const schemaSha256 = sha256(bytesOf(files, 'feature-schema.json'));
  if (schemaSha256 !== featureSchemaSha256)
    throw new HeadSetRefused(
      'feature-schema.json',
      `the release was trained on feature schema ${schemaSha256}, this code computes ${featureSchemaSha256}`,
      'train the release with this version of the code, or run the version that trained it',
    );
  const loadedEnsemble = parse(files, 'ensemble.json', ensemble);
  const golden = parse(files, 'golden.json', goldenRows);
  const heads: LoadedHead[] = [];
  for (const name of headsOf(files, loadedEnsemble, golden)) heads.push(await loadHead(files, name, golden));
  return new HeadSet(heads, loadedEnsemble, golden);
}

/**
 * The heads of the release, whichever they are, in its own order: that of their weights. Each has its files, its weight and
 * its golden rows, and nothing of another head is there: what would be dropped in silence is refused.
 */
function headsOf(files: ReadonlyMap<string, Buffer>, { weights }: Ensemble, golden: GoldenRows): HeadName[] {
  const names = Object.keys(weights);
  const held = [...files.keys()].filter((file) => file.startsWith('heads/'));
  if (!held.some((file) => file.endsWith('.json'))) throw new HeadSetRefused('heads/', 'the release holds no head');
  for (const file of held) {
    const name = /^heads\/([^/]+)\.(?:json|onnx)$/.exec(file)?.[1];
    if (name === undefined) throw new HeadSetRefused(file, 'is no file of a head', BUILD_AGAIN);
    if (!names.includes(name))
      throw new HeadSetRefused(
        'ensemble.json',
        `gives head ${name} no weight, and the release holds ${file}`,
        BUILD_AGAIN,
      );
  }
  for (const name of names) {
    if (!files.has(specFile(name)))
      throw new HeadSetRefused(
        'ensemble.json',
        `weighs head ${name}, and the release has no ${specFile(name)}`,
        BUILD_AGAIN,
      );
    if (!(name in golden.heads)) throw new HeadSetRefused('golden.json', `holds no rows of head ${name}`, BUILD_AGAIN);
  }
  for (const name of Object.keys(golden.heads))
    if (!names.includes(name))
      throw new HeadSetRefused('golden.json', `holds rows of ${name}, which is no head of the release`, BUILD_AGAIN);
  return names;
}

const BUILD_AGAIN = 'build the release again: heads/, ensemble.json and golden.json must be about the same heads';

async function loadHead(files: ReadonlyMap<string, Buffer>, name: HeadName, golden: GoldenRows): Promise<LoadedHead> {
  const spec = parse(files, specFile(name), headSpec);
  if (spec.name !== name) throw new HeadSetRefused(specFile(name), `describes head ${spec.name}`);
  const onnxFile = `heads/${name}.onnx`;
  const bytes = bytesOf(files, onnxFile);
  try {
    const plan = planFeatures(spec.features);
    refuseUnseen(spec, plan);
    const model = await OnnxHead.load(bytes, spec.features.length, spec.classes);
    const trees = await provenTrees(bytes, model, goldenInputs(golden, spec));
    return { spec, plan, onnxSha256: sha256(bytes), model, trees };
  } catch (error) {
    if (error instanceof HeadSetRefused) throw error;
    throw new HeadSetRefused(onnxFile, error instanceof Error ? error.message : String(error));
  }
}

/** None where they have not the head's shape, which `checkGoldenRows` refuses. */
function goldenInputs({ heads }: GoldenRows, { name, features }: HeadSpec): Float32Array {
  const { rows, columns, inputs } = heads[name]!;
  const isOfHead = columns === features.length;
  return (isOfHead ? decodeFloat32(inputs, rows * columns) : null) ?? new Float32Array(0);
}

/** A head of bars has learned from closes of bars alone: how anything else moves between two of them it has never seen. */
function refuseUnseen(spec: HeadSpec, { features }: FeaturePlan): void {
  const unseen = features.find(({ family }) => family !== 'bar');
  if (samplingOf(spec) === 'bar' && unseen)
    throw new HeadSetRefused(specFile(spec.name), `sampled by bar, but ${unseen.name} is no feature of bars`);
}

function specFile(name: HeadName): string {
  return `heads/${name}.json`;
}

function parse<T>(files: ReadonlyMap<string, Buffer>, file: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(bytesOf(files, file).toString('utf8'));
  } catch (error) {
    if (error instanceof HeadSetRefused) throw error;
    throw new HeadSetRefused(file, 'is not JSON');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new HeadSetRefused(file, `${issue?.path.join('.') || 'file'}: ${issue?.message ?? 'has another shape'}`);
}

function bytesOf(files: ReadonlyMap<string, Buffer>, file: string): Buffer {
  const bytes = files.get(file);
  if (!bytes) throw new HeadSetRefused(file, 'is missing in the release');
  return bytes;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
