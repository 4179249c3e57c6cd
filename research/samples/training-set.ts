import path from 'node:path';
import { z } from 'zod';
import { BadInput, Failure } from '../../shared/failure.js';
import { sha256Hex } from '../../shared/reference.js';
import { importFile } from '../import/import-file.js';
import { firstQuarantined } from '../import/quarantine.js';
import { type ImportRecord, shard } from '../store/catalogue.js';
import type { DatasetName } from '../store/datasets.js';
import type { MarketStore } from '../store/market-store.js';
import { merkleRootOf } from '../store/merkle-root.js';
import { ParquetWriter } from '../store/parquet-writer.js';
import { readBarShards } from '../store/read-bars.js';
import { readDepthShards } from '../store/read-depth.js';
import { nameTrainingSet } from '../store/shared/training-sets.js';
import type { SampleSources } from './build-samples.js';

/** The rows of one imported file. */
const series = z.strictObject({
  dataset: z.enum(['mbp10', 'bars']),
  /** Name of the file that they came from. */
  name: z.string(),
  synthetic: z.boolean(),
  /** Points; of depth only. */
  tickSize: z.number().positive().nullable(),
  shards: z.array(shard).min(1),
  /** Rows of the file that could not be used, and were left out. */
  rejected: z.number().int().nonnegative().default(0),
});
type Series = Readonly<z.infer<typeof series>>;

/** What a model is trained on: objects of the store, in order, and one hash over all of them. */
export const trainingSet = z.strictObject({ v: z.literal(2), series: z.array(series).min(1), merkleRoot: sha256Hex });
export type TrainingSet = Readonly<z.infer<typeof trainingSet>>;

export interface TrainingFiles {
  /** In order of time. */
  readonly depth: readonly string[];
  readonly bars: readonly string[];
  /** Imports of captured days, in order of time, in the place of depth files. */
  readonly imported?: readonly ImportRecord[];
}

export interface PinOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: {
    readonly file: string;
    readonly filesDone: number;
    readonly files: number;
  }) => void;
}

/**
 * Brings the files into the store, where they are not yet, and names the objects that hold them: whatever happens to
 * the files afterwards, the set stays what it is. Rows that cannot be used are set aside and counted, as an import with
 * quarantine does: training does not stop for one of them, but for a file that is mostly such rows.
 * @throws BadInput naming file and line
 */
export async function pinTrainingSet(
  store: MarketStore,
  { depth, bars, imported = [] }: TrainingFiles,
  { signal, onProgress }: PinOptions = {},
): Promise<TrainingSet> {
  const files = [
    ...depth.map((file) => ({ file, dataset: 'mbp10' as const })),
    ...bars.map((file) => ({ file, dataset: 'bars' as const })),
  ];
  const parquet = await ParquetWriter.open();
  try {
    const all: Series[] = imported.map((record) => seriesIn(record, record.file, 'mbp10'));
    for (const [filesDone, { file, dataset }] of files.entries()) {
      onProgress?.({ file, filesDone, files: files.length });
      const { record } = await importFile(store, parquet, file, { signal, onError: 'quarantine' });
      await refuseMostlyBad(store, record, file);
      all.push(seriesIn(record, file, dataset));
    }
    const hashes = all.flatMap(({ shards }) => shards).map(({ sha256 }) => sha256);
    const merkleRoot = merkleRootOf(hashes);
    await nameTrainingSet(store, merkleRoot, hashes);
    return { v: 2, series: all, merkleRoot };
  } finally {
    parquet.close();
  }
}

/** Every object of a training set. */
export function shardsOf(set: TrainingSet): Series['shards'] {
  return set.series.flatMap(({ shards }) => shards);
}

/**
 * The rows of a training set, to make samples of. Every object is read and hashed once before.
 * @throws Failure 'TrainingSetDamaged' naming the object
 */
export async function openTrainingSet(store: MarketStore, set: TrainingSet): Promise<SampleSources> {
  await store.objects.obtain(shardsOf(set).map(({ sha256 }) => sha256));
  for (const { sha256 } of shardsOf(set)) await refuseDamaged(store, sha256);
  const of = (dataset: DatasetName) => set.series.filter((one) => one.dataset === dataset);
  return {
    depth: of('mbp10').map(({ name, synthetic, tickSize, shards }) => ({
      name,
      instrument: shards[0]!.instrument,
      synthetic,
      tickSize: tickSize!,
      tradeDate: onlyTradeDate(shards),
      batches: () => readDepthShards(store, shards, tickSize!),
    })),
    bars: of('bars').map(({ name, synthetic, shards }) => ({
      name,
      instrument: shards[0]!.instrument,
      synthetic,
      read: () => readBarShards(store, shards),
    })),
  };
}

function seriesIn(record: ImportRecord, file: string, dataset: 'mbp10' | 'bars'): Series {
  const shards = record.shards.filter((one) => one.dataset === dataset);
  const tickSize = record.contract?.tickSize ?? null;
  if (shards.length === 0 || (dataset === 'mbp10' && tickSize === null))
    throw new BadInput(
      file,
      undefined,
      `holds no ${dataset === 'mbp10' ? 'book by position' : 'bars'} but ${record.format}`,
      dataset === 'mbp10' ? 'give a dom_ib.jsonl' : 'give a CSV of five-minute bars',
    );
  const { synthetic, rejected } = record;
  return { dataset, name: path.basename(file), synthetic, tickSize, shards, rejected };
}

/** Of the rows of a file: more than that is not damage here and there, but another kind of file, or a broken writer. */
const LEFT_OUT_SHARE_MAX = 0.01;

async function refuseMostlyBad(
  store: MarketStore,
  { rejected, shards, quarantine }: ImportRecord,
  file: string,
): Promise<void> {
  const rows = shards.reduce((sum, shard) => sum + shard.rows, 0);
  if (rejected <= LEFT_OUT_SHARE_MAX * (rejected + rows) || quarantine === null) return;
  await store.documents.obtain(quarantine);
  const { where, reason } = firstQuarantined(path.join(store.root, quarantine));
  throw new BadInput(
    file,
    where,
    `${reason}; ${rejected} of its rows cannot be used`,
    'repair the file, or leave it out of the training set',
  );
}

function onlyTradeDate(shards: Series['shards']): string | undefined {
  const dates = new Set(shards.map(({ tradeDate }) => tradeDate));
  return dates.size === 1 ? shards[0]!.tradeDate : undefined;
}

async function refuseDamaged(store: MarketStore, sha256: string): Promise<void> {
  const found = await store.objects.checkHere(sha256);
  if (found?.sha256 === sha256) return;
  throw new Failure(
    'TrainingSetDamaged',
    `the object ${store.objects.locate(sha256)} is ${found ? 'damaged' : 'missing'}`,
    'see `believe store fsck`; import its file again, then ship again',
  );
}
