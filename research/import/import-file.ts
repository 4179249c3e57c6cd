import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { BadInput } from '../../shared/failure.js';
import type { ImportRecord, Shard } from '../store/catalogue.js';
import type { MarketStore } from '../store/market-store.js';
import type { ParquetWriter } from '../store/parquet-writer.js';
import { type ShardOrigin, ShardWriter } from '../store/shard-writer.js';
import { detectFormat } from './detect-format.js';
import type { Format, ImportFile, ImportHints, ImportOutput, ReadEnd } from './format.js';
import { type Growth, growthOf } from './growth.js';
import { importKeyOf, knownImport, sha256Of } from './import-key.js';
import { Quarantine } from './quarantine.js';
import { hashOfBytes, sizeOf } from './source-hash.js';
import { unpackedName } from './unpacked-name.js';

export interface ImportOptions {
  readonly hints?: ImportHints | undefined;
  /** refuse: the first broken row ends the import, and nothing of the file is taken. quarantine: it is set aside. */
  readonly onError?: 'refuse' | 'quarantine' | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told from time to time how many rows were taken. */
  readonly onProgress?: ((rows: number) => void) | undefined;
}

export interface Imported {
  readonly record: ImportRecord;
  /** False where all of it was in the store before. */
  readonly isNew: boolean;
}

/**
 * Brings one file into the store. Importing it again changes nothing; of a file that grows, only what is new is read.
 * Killed at any moment, it leaves the file imported or not, and can simply be run again.
 * @throws BadInput naming the file and the line or offset
 */
export async function importFile(
  store: MarketStore,
  parquet: ParquetWriter,
  file: string,
  options: ImportOptions = {},
): Promise<Imported> {
  const detected = await detectFormat(file);
  const hints = options.hints ?? {};
  const growth = await growthOf(store.catalogue, file, detected, hints);
  if (growth) return importGrowth(store, parquet, file, detected.format, growth, options);

  const sourceOf = (sha256: string) => ({ sha256, format: detected.format, file, hints });
  // Hashing first would cost a new file a tenth of its time.
  if (store.catalogue.mayHold(await sizeOf(file))) {
    const known = knownImport(store.catalogue, sourceOf((await hashOfBytes(file)).sha256));
    if (known) return { record: known, isNew: false };
  }
  const run = new ImportRun(store, parquet, file, detected.format, options);
  try {
    const { sha256, toByte } = await hashedWhile(file, () => run.read(undefined));
    return await recorded(store, run.record(importKeyOf(sourceOf(sha256)), { sha256, fromByte: 0, toByte }, null));
  } catch (error) {
    run.discard();
    throw error;
  }
}

/** Hashes a file while it is being read by somebody else. */
async function hashedWhile(file: string, read: () => Promise<unknown>): Promise<{ sha256: string; toByte: number }> {
  const abort = new AbortController();
  const hashing = hashOfBytes(file, 0, undefined, abort.signal);
  // A failure is met below; until then nobody listens.
  hashing.catch(() => undefined);
  try {
    await read();
    return await hashing;
  } finally {
    abort.abort();
  }
}

/** Imports what was appended since the last time. */
async function importGrowth(
  store: MarketStore,
  parquet: ParquetWriter,
  file: string,
  format: Format,
  growth: Growth,
  options: ImportOptions,
): Promise<Imported> {
  const { lineage, fromByte, state, last } = growth;
  const run = new ImportRun(store, parquet, file, format, options);
  const end = await run.read(fromByte === 0 ? undefined : { fromByte, state });
  if (!end) throw new RangeError(`${format.name} does not say where it ended`);
  if (last && end.toByte === fromByte) {
    run.discard();
    return { record: last, isNew: false };
  }
  const source = await hashOfBytes(file, fromByte, end.toByte);
  const key = sha256Of(`${lineage} ${fromByte}`);
  return recorded(store, run.record(key, { ...source, fromByte }, { lineage, state: end.state }));
}

/** Puts the import on record; where another process was faster, its record stands. */
async function recorded(store: MarketStore, record: ImportRecord): Promise<Imported> {
  if (record.quarantine !== null) await store.documents.publish(record.quarantine);
  const isNew = await store.catalogue.add(record);
  await store.objects.confirm(record.shards.map(({ sha256 }) => sha256));
  return { record: isNew ? record : (store.catalogue.find(record.key) ?? record), isNew };
}

/** One file on its way into the store. */
class ImportRun implements ImportOutput {
  private readonly found: Record<string, number> = {};
  private readonly quarantine: Quarantine;
  private origin: ShardOrigin | null = null;
  private writer: ShardWriter | null = null;
  private shards: readonly Shard[] = [];

  constructor(
    private readonly store: MarketStore,
    private readonly parquet: ParquetWriter,
    private readonly file: string,
    private readonly format: Format,
    private readonly options: ImportOptions,
  ) {
    this.quarantine = new Quarantine(store.quarantineFolder);
  }

  async read(resume: ImportFile['resume']): Promise<ReadEnd | null> {
    const { file, options } = this;
    try {
      const end = await this.format.read(
        { path: file, name: unpackedName(file), hints: options.hints ?? {}, signal: options.signal, resume },
        this,
      );
      this.shards = (await this.writer?.finish()) ?? [];
      return end;
    } catch (error) {
      await this.writer?.abandon();
      this.discard();
      throw error;
    }
  }

  record(key: string, source: ImportRecord['source'], growth: ImportRecord['growth']): ImportRecord {
    const quarantined = this.quarantine.finish(key);
    return {
      v: 1,
      key,
      file: path.basename(this.file),
      format: this.format.name,
      feed: this.origin?.feed ?? this.format.name,
      synthetic: this.origin?.synthetic ?? false,
      contract: this.origin?.contract ?? null,
      source,
      read: this.found,
      rejected: this.quarantine.rows,
      quarantine: quarantined === null ? null : `quarantine/${path.basename(quarantined)}`,
      shards: [...this.shards],
      growth,
      importedAt: new Date().toISOString(),
    };
  }

  discard(): void {
    this.quarantine.discard();
  }

  begin(origin: ShardOrigin): void {
    this.origin = origin;
    this.writer = new ShardWriter(this.store.objects, this.parquet, origin);
  }

  sink(kind: Parameters<ShardWriter['sink']>[0]) {
    if (!this.writer) throw new RangeError(`${this.format.name} asks for a sink before it begins`);
    return this.writer.sink(kind);
  }

  async settle(): Promise<void> {
    this.options.signal?.throwIfAborted();
    await this.writer?.settle();
    // The writer takes its rows in turns of the event loop: it must have many of them.
    await turn();
    this.options.onProgress?.(this.writer?.rows ?? 0);
  }

  count(what: string, n = 1): void {
    this.found[what] = (this.found[what] ?? 0) + n;
  }

  reject(where: string, reason: string, raw: string): void {
    if (this.options.onError !== 'quarantine')
      throw new BadInput(this.file, where, reason, 'repair or remove it, or import with --on-error quarantine');
    this.quarantine.add(where, reason, raw);
  }
}
