import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { Failure } from '../../shared/failure.js';
import { quoted } from './duckdb-text.js';
import type { MarketStore } from './market-store.js';
import type { Codec } from './parquet-writer.js';
import { findShards, type Partition, partitionsOf, type ShardQuery } from './shard-query.js';

export interface ExportedFile {
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  readonly synthetic: boolean;
}

/**
 * Writes every partition that is asked for as one Parquet file, `<dataset>-<instrument>-<trade date>-<feed>.parquet`; what a
 * file's name cannot hold stands there by number (`BTC%2FUSD`). With snappy, columns are not dictionary-encoded: every
 * reader opens them, also those that know little of Parquet.
 * @param replace files that are there already; without it nothing is written where there are any
 * @throws Failure NothingToExport, FilesExist, NamesCollide: then nothing was written
 */
export async function exportShards(
  store: MarketStore,
  query: ShardQuery,
  folder: string,
  codec: Codec,
  { replace = false }: { readonly replace?: boolean | undefined } = {},
): Promise<ExportedFile[]> {
  const partitions = partitionsOf(findShards(store.catalogue.imports(), query));
  if (partitions.length === 0)
    throw new Failure('NothingToExport', 'no shard in the store matches', 'see `believe store ls` for what there is');
  const names = partitions.map(fileNameOf);
  refuseCollisions(names, folder, replace);
  await mkdir(folder, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', preserve_insertion_order: 'true' });
  try {
    const connection = await instance.connect();
    const files: ExportedFile[] = [];
    for (const [index, partition] of partitions.entries()) {
      const file = path.join(folder, names[index]!);
      const draft = `${file}.${process.pid}.tmp`;
      await store.objects.obtain(partition.shards.map(({ sha256 }) => sha256));
      const sources = partition.shards.map(({ sha256 }) => quoted(store.objects.locate(sha256)));
      try {
        await connection.run(
          `COPY (SELECT * FROM read_parquet([${sources.join(', ')}])) TO ${quoted(draft)} (FORMAT parquet, ${OPTIONS[codec]}, KV_METADATA {${metadataOf(partition)}})`,
        );
      } catch (error) {
        await rm(draft, { force: true });
        throw unreadable(error);
      }
      const bytes = await syncedSize(draft);
      await rename(draft, file);
      files.push({ file, rows: partition.rows, bytes, synthetic: partition.synthetic });
    }
    return files;
  } finally {
    instance.closeSync();
  }
}

const OPTIONS: Readonly<Record<Codec, string>> = {
  zstd: 'COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 262144',
  snappy: 'COMPRESSION snappy, ROW_GROUP_SIZE 65536, DICTIONARY_SIZE_LIMIT 0',
};

function metadataOf({ dataset, instrument, tradeDate, feed, synthetic }: Partition): string {
  const entries = { dataset, instrument, trade_date: tradeDate, feed, synthetic: String(synthetic) };
  return Object.entries(entries)
    .map(([key, value]) => `${key}: ${quoted(value)}`)
    .join(', ');
}

function fileNameOf({ dataset, instrument, tradeDate, feed, synthetic }: Partition): string {
  const words = [dataset, instrument, tradeDate, feed, ...(synthetic && feed !== 'synthetic' ? ['synthetic'] : [])];
  return `${words.join('-').replace(/[^A-Za-z0-9._-]/gu, byNumber)}.parquet`;
}

/** A character as the bytes of its UTF-8, as in an address: no two names become one. */
function byNumber(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');
}

/** Nothing is ever overwritten silently: two partitions of one name, also where a file system ignores case, or older files. */
function refuseCollisions(names: readonly string[], folder: string, replace: boolean): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const earlier = seen.get(name.toLowerCase());
    if (earlier !== undefined)
      throw new Failure('NamesCollide', `${earlier} and ${name} would be one file`, 'export one instrument at a time');
    seen.set(name.toLowerCase(), name);
  }
  const there = replace ? undefined : names.find((name) => existsSync(path.join(folder, name)));
  if (there !== undefined)
    throw new Failure(
      'FilesExist',
      `${path.join(folder, there)} is there already`,
      'name another folder, or give --replace',
    );
}

async function syncedSize(file: string): Promise<number> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

function unreadable(error: unknown): Failure {
  const message = (error as Error).message.split('\n', 1)[0]!.slice(0, 300);
  return new Failure('ExportFailed', `the store's objects cannot be exported: ${message}`, 'run `believe store fsck`');
}
