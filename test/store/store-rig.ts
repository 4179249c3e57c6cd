import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Imported, type ImportOptions, importFile } from '../../research/import/import-file.js';
import type { ImportRecord } from '../../research/store/catalogue.js';
import { MarketStore } from '../../research/store/market-store.js';
import { ParquetWriter } from '../../research/store/parquet-writer.js';
import { findShards, type ShardQuery } from '../../research/store/shard-query.js';

/** A store in a folder of its own for each test, removed after it. */
export class StoreRig {
  folder = '';
  store!: MarketStore;
  private parquet!: ParquetWriter;
  private files = 0;

  constructor(threads = 2) {
    before(async () => {
      this.parquet = await ParquetWriter.open(threads);
    });
    beforeEach(() => {
      this.folder = mkdtempSync(path.join(tmpdir(), 'believe-store-'));
      this.store = this.storeNamed('store');
    });
    afterEach(() => rmSync(this.folder, { recursive: true, force: true }));
    after(() => this.parquet.close());
  }

  /** Another store in the same folder. */
  storeNamed(name: string): MarketStore {
    return new MarketStore(path.join(this.folder, name));
  }

  import(file: string, options: ImportOptions = {}, store = this.store): Promise<Imported> {
    return importFile(store, this.parquet, file, options);
  }

  /** Imports a file of this name and these contents. */
  async importAs(name: string, contents: string | Buffer, options: ImportOptions = {}): Promise<Imported> {
    const folder = path.join(this.folder, `file-${this.files++}`);
    mkdirSync(folder);
    writeFileSync(path.join(folder, name), contents);
    return this.import(path.join(folder, name), options);
  }

  /** Rows of the shards asked for, in their order; int64 as bigint. */
  rows(query: ShardQuery, columns = '*', store = this.store): Promise<Record<string, unknown>[]> {
    return this.rowsIn(store.catalogue.imports(), query, columns, store);
  }

  /** ...of some imports only. */
  rowsIn(
    records: readonly ImportRecord[],
    query: ShardQuery,
    columns = '*',
    store = this.store,
  ): Promise<Record<string, unknown>[]> {
    const shards = findShards(records, query);
    return rowsOf(
      shards.map(({ sha256 }) => store.objects.locate(sha256)),
      columns,
    );
  }
}

/** Rows of Parquet files, as plain objects. */
export async function rowsOf(files: readonly string[], columns = '*'): Promise<Record<string, unknown>[]> {
  if (files.length === 0) return [];
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  try {
    const connection = await instance.connect();
    const list = files.map((file) => `'${file}'`).join(', ');
    const reader = await connection.runAndReadAll(`SELECT ${columns} FROM read_parquet([${list}])`);
    return reader.getRowObjectsJS() as Record<string, unknown>[];
  } finally {
    instance.closeSync();
  }
}
