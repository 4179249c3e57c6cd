import type { ImportHints } from '../../research/import/format.js';
import { type Imported, importFile } from '../../research/import/import-file.js';
import type { MarketStore } from '../../research/store/market-store.js';
import { ParquetWriter } from '../../research/store/parquet-writer.js';
import { findShards, partitionsOf } from '../../research/store/shard-query.js';
import { Failure } from '../../shared/failure.js';
import { printResult, say } from '../output.js';
import { partitionLines } from './partition-lines.js';
import { showProgress } from './show-progress.js';

export interface ImportFilesOptions extends ImportHints {
  readonly onError: 'refuse' | 'quarantine';
  readonly json?: true;
}

/** Imports one file after the other and prints a line for each. @returns false where one of them could not be imported */
export async function importFiles(
  store: MarketStore,
  files: readonly string[],
  options: ImportFilesOptions,
): Promise<boolean> {
  const parquet = await ParquetWriter.open();
  let isFine = true;
  try {
    for (const file of files) isFine = (await importOne(store, parquet, file, options)) && isFine;
  } finally {
    parquet.close();
  }
  return isFine;
}

async function importOne(
  store: MarketStore,
  parquet: ParquetWriter,
  file: string,
  { onError, instrument, priceScale, barSeconds, json }: ImportFilesOptions,
): Promise<boolean> {
  const progress = showProgress(`rows of ${file}`);
  const startMs = performance.now();
  try {
    const imported = await importFile(store, parquet, file, {
      hints: { instrument, priceScale, barSeconds },
      onError,
      onProgress: progress.show,
    });
    progress.end();
    printImported(file, imported, (performance.now() - startMs) / 1000, json === true);
    return true;
  } catch (error) {
    progress.end();
    if (!(error instanceof Failure)) throw error;
    const { type, message, fix } = error;
    if (json) printResult(true, { file, error: { type, message, fix } }, '');
    say(`believe: ${message}${fix ? `\n  -> ${fix}` : ''}`);
    return false;
  }
}

function printImported(file: string, { record, isNew }: Imported, seconds: number, json: boolean): void {
  const { format, read, rejected, quarantine, synthetic } = record;
  const partitions = partitionsOf(findShards([record], {}));
  const datasets = partitions.map(({ dataset, instrument, tradeDate, rows, shards }) => ({
    dataset,
    instrument,
    tradeDate,
    rows,
    shards,
  }));
  const counts = Object.entries(read).map(([what, n]) => `${n} ${what}`);
  const lines = [
    `${file}: ${format}${synthetic ? ', SYNTHETIC' : ''}: ${counts.join(', ')}${isNew ? '' : ' (was in the store already)'}`,
    ...(rejected > 0 ? [`  ${rejected} rejected: ${quarantine}`] : []),
    partitionLines(partitions),
  ];
  const value = { file, format, read, rejected, datasets, seconds, synthetic, quarantine, isNew };
  printResult(json, value, lines.join('\n'));
}
