import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { BadInput, Failure } from '../../shared/failure.js';
import type { StampedName } from '../../shared/formats/formats.js';
import { jsonOfFormat } from '../../shared/formats/version-found.js';
import { headReference } from '../monitor/drift/head-reference.js';
import { outOfFold } from './out-of-fold.js';
import { type TrainedHead, trainedHeadRecord } from './trained-head.js';
import { writeFolder } from './write-folder.js';

const RECORD_FILE = 'trained.json';
const ONNX_FILE = 'head.onnx';
const SAID_FILE = 'out-of-fold.json';
const BOOSTER_FILE = 'booster.json';
const FEATURES_FILE = 'reference.json';

/** Keeps a trained head between two steps; not part of a release. The booster is XGBoost's JSON, for any of its tools. */
export function saveTrainedHead(folder: string, { record, booster, onnx, said, reference }: TrainedHead): void {
  writeFolder(
    folder,
    new Map<string, Uint8Array | string>([
      [RECORD_FILE, `${JSON.stringify(record, null, 1)}\n`],
      [SAID_FILE, `${JSON.stringify(outOfFold.parse(said))}\n`],
      [ONNX_FILE, onnx],
      [BOOSTER_FILE, booster.modelJson],
      ...(reference ? [[FEATURES_FILE, `${JSON.stringify(reference)}\n`] as const] : []),
    ]),
  );
}

/** @throws BadInput when a file is missing, damaged or not the one that was written */
export function loadTrainedHead(folder: string): TrainedHead {
  const record = readJson(path.join(folder, RECORD_FILE), trainedHeadRecord, 'trained head');
  const onnx = readVerified(path.join(folder, ONNX_FILE), record.onnxSha256);
  const modelJson = readVerified(path.join(folder, BOOSTER_FILE), record.boosterSha256);
  const { version: libraryVersion, sha256: librarySha256 } = record.library;
  const said = readJson(path.join(folder, SAID_FILE), outOfFold);
  const features = path.join(folder, FEATURES_FILE);
  return {
    reference: existsSync(features) ? readJson(features, headReference, 'trained head') : null,
    record,
    onnx,
    said,
    booster: { modelJson, rounds: record.rounds ?? record.recipe.rounds, libraryVersion, librarySha256 },
  };
}

function readJson<T>(file: string, schema: z.ZodType<T>, format?: StampedName): T {
  let json: unknown;
  try {
    const text = readBytes(file).toString('utf8');
    json = format === undefined ? JSON.parse(text) : jsonOfFormat(format, file, text);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new BadInput(file, undefined, 'is not JSON', FIX);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new BadInput(file, issue.path.join('.'), issue.message, FIX);
}

function readVerified(file: string, sha256: string): Buffer {
  const bytes = readBytes(file);
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual !== sha256) throw new BadInput(file, undefined, `has sha256 ${actual}, not ${sha256}`, FIX);
  return bytes;
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new BadInput(file, undefined, (error as Error).message, FIX);
  }
}

const FIX = 'Train the head again.';
