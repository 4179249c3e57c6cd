import { rmSync } from 'node:fs';
import path from 'node:path';
import type { BatchFile } from '../../shared/contract/batch.js';
import { BatchRefused } from '../../shared/contract/batch-refusal.js';
import { captureStream } from '../../shared/contract/batch-stream.js';
import type { CapturedDay } from '../../shared/contract/capture-file.js';
import { IB_SOURCE } from '../../shared/contract/capture-source.js';
import { Failure } from '../../shared/failure.js';
import { makeFolder } from '../../shared/node/disk/make-folder.js';
import { importFile } from '../import/import-file.js';
import { copyIn, requirePackedHash } from '../receive/keep-file.js';
import type { ImportRecord } from '../store/catalogue.js';
import type { MarketStore } from '../store/market-store.js';
import { ParquetWriter } from '../store/parquet-writer.js';
import { keepDay } from './day-record.js';
import { batchChanged, type ReceivedBatch, type ReceivedFrom, receivedDay } from './received-day.js';

export interface IngestOptions extends CapturedDay, ReceivedFrom {
  readonly store: MarketStore;
  readonly signal?: AbortSignal;
  readonly onProgress?: (doing: string) => void;
}

export interface Ingested {
  readonly events: number;
  readonly batches: number;
}

/**
 * Brings a received trade date into the store, file by file under the names that the broker gave them, and puts on record from
 * which batches it came. Again changes nothing; killed at any moment, it is run again.
 * @throws DayNotClosed, BatchChanged, LogDamaged, BadInput
 */
export async function ingestDay(options: IngestOptions): Promise<Ingested> {
  const { store, source, instrument, tradeDate, epoch } = options;
  const stream = { stream: captureStream(instrument, source), epoch };
  const day = receivedDay({ ...options, stream });
  if (day.closedBy === null) throw dayNotClosed(options);
  const records: ImportRecord[] = [];
  const parquet = await ParquetWriter.open();
  const work = path.join(store.root, 'ingest', `${source ?? IB_SOURCE}-${instrument}-${tradeDate}`);
  // What a killed process has left there.
  rmSync(work, { recursive: true, force: true });
  makeFolder(work);
  try {
    for (const batch of day.batches)
      for (const file of batch.files) {
        options.signal?.throwIfAborted();
        options.onProgress?.(`${file.name}, batch ${batch.seq}`);
        records.push(await importOne(options, parquet, work, batch, file));
      }
  } finally {
    parquet.close();
    rmSync(work, { recursive: true, force: true });
  }
  const events = records.reduce((sum, { read }) => sum + (read.depth ?? 0) + (read.trades ?? 0), 0);
  await keepDay(store.documents, {
    ...{ v: 1, instrument, tradeDate, broker: options.broker, ...stream, events },
    synthetic: records.some(({ synthetic }) => synthetic),
    closedBy: day.closedBy,
    batches: day.batches.map(({ seq, payloadSha256, files }) => ({
      seq,
      payloadSha256,
      files: files.map(({ name }) => name),
    })),
    imports: records.map(({ key }) => key),
    checkpoint: day.checkpoint,
    ingestedAt: new Date().toISOString(),
  });
  return { events, batches: day.batches.length };
}

/** What is imported is a copy that was verified: nobody else can write to it. */
async function importOne(
  { store, signal }: IngestOptions,
  parquet: ParquetWriter,
  work: string,
  batch: ReceivedBatch,
  file: BatchFile,
): Promise<ImportRecord> {
  const kept = path.join(batch.folder, file.packed.name);
  const copy = path.join(work, `${file.name}.zst`);
  try {
    await copyIn(kept, copy, file.packed);
    await requirePackedHash(copy, file.packed);
  } catch (error) {
    if (error instanceof BatchRefused) throw batchChanged(kept, `is not what was received: ${error.message}`);
    throw error;
  }
  const { record } = await importFile(store, parquet, copy, { signal });
  rmSync(copy);
  return record;
}

function dayNotClosed({ instrument, tradeDate }: CapturedDay): Failure {
  return new Failure(
    'DayNotClosed',
    `research has no close of ${instrument} of ${tradeDate}: more of it may be on its way`,
    `bring it home first: believe capture run --instrument ${instrument} --date ${tradeDate}`,
    { instrument, tradeDate },
  );
}
