import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { planFeatures } from '../../market/features/feature-plan.js';
import { featureSchemaSha256 } from '../../market/features/schema.js';
import { ensemble } from '../decision/ensemble.js';
import { goldenRows } from './golden-rows.js';
import { HEAD_NAMES, type HeadName, headSpec } from './head.js';
import { HeadSetRefused } from './head-failures.js';
import { HeadSet, type LoadedHead } from './head-set.js';
import { OnnxHead } from './onnx-head.js';

/**
 * Loads the heads from the files of a release that was verified: `feature-schema.json`, `ensemble.json`, `golden.json`
 * and, for each head, `heads/<name>.json` and `heads/<name>.onnx`. Does not check the golden rows.
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
  for (const name of HEAD_NAMES) if (files.has(specFile(name))) heads.push(await loadHead(files, name));
  if (heads.length === 0) throw new HeadSetRefused('heads/', 'the release holds no head');
  return new HeadSet(heads, loadedEnsemble, golden);
}

async function loadHead(files: ReadonlyMap<string, Buffer>, name: HeadName): Promise<LoadedHead> {
  const spec = parse(files, specFile(name), headSpec);
  if (spec.name !== name) throw new HeadSetRefused(specFile(name), `describes head ${spec.name}`);
  const onnxFile = `heads/${name}.onnx`;
  const bytes = bytesOf(files, onnxFile);
  try {
    const plan = planFeatures(spec.features);
    const model = await OnnxHead.load(bytes, spec.features.length, spec.classes);
    return { spec, plan, onnxSha256: sha256(bytes), model };
  } catch (error) {
    throw new HeadSetRefused(onnxFile, error instanceof Error ? error.message : String(error));
  }
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
