import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { BadInput, Failure } from '../../shared/failure.js';
import { jsonOfFormat } from '../../shared/formats/version-found.js';
import { sha256Hex } from '../../shared/reference.js';
import { DATASETS } from './datasets.js';
import { FolderDocuments, type StoreDocuments } from './documents.js';

const count = z.number().int().nonnegative();
/** ns since the epoch, as digits. */
const nanoseconds = z.string().regex(/^-?\d{1,19}$/);

/** One object: rows of one dataset, instrument and exchange trade date, in the order of the file they came from. */
export const shard = z.strictObject({
  dataset: z.enum(DATASETS),
  instrument: z.string().min(1),
  /** Exchange trade date. */
  tradeDate: z.iso.date(),
  sha256: sha256Hex,
  bytes: count,
  rows: count,
  /** Times of the first and the last row. */
  firstNs: nanoseconds,
  lastNs: nanoseconds,
});
export type Shard = Readonly<z.infer<typeof shard>>;

/** What one import brought in. It is written once, when all of its objects are safe, and never changed. */
export const importRecord = z.strictObject({
  v: z.literal(1),
  /** Names what was read, and how: the same file read the same way has the same key. */
  key: sha256Hex,
  file: z.string(),
  format: z.string(),
  /** Which feed it is: `ib`, `synthetic`, or the format. Rows of different feeds are never mixed. */
  feed: z.string(),
  synthetic: z.boolean(),
  /** Price of one tick in points, and currency units of a point, where the file says so. */
  contract: z.strictObject({ tickSize: z.number().positive(), multiplier: z.number().positive() }).nullable(),
  /** The part of the unpacked file that was read; a growing file is read in several imports. */
  source: z.strictObject({ sha256: sha256Hex, fromByte: count, toByte: count }),
  read: z.record(z.string(), count),
  rejected: count,
  /** Where the rejected rows lie, seen from the store. */
  quarantine: z.string().nullable(),
  shards: z.array(shard),
  /** Growing files only: which file it is, and what the reader must know to go on. */
  growth: z.strictObject({ lineage: sha256Hex, state: z.unknown() }).nullable(),
  importedAt: z.iso.datetime(),
});
export type ImportRecord = Readonly<z.infer<typeof importRecord>>;

/**
 * What is in the store: the records of all imports, `catalogue/<key>.json`. Each is created whole or not at all, so that
 * any number of writers may import at the same time, and a kill leaves an import done or not begun.
 */
export class Catalogue {
  private readonly folder: string;

  constructor(
    root: string,
    private readonly documents: StoreDocuments = new FolderDocuments(root),
  ) {
    this.folder = path.join(root, 'catalogue');
  }

  /** @throws BadInput when a record is damaged */
  find(key: string): ImportRecord | null {
    return existsSync(this.file(key)) ? this.parse(`${key}.json`) : null;
  }

  /** Every import, in the order of their keys. @throws BadInput when a record is damaged */
  imports(): ImportRecord[] {
    return this.names().map((name) => this.parse(name));
  }

  /** True where a file of this size may have been imported to its end; a quick look that parses no record. */
  mayHold(sizeBytes: number): boolean {
    return this.names().some((name) =>
      readFileSync(path.join(this.folder, name), 'utf8').includes(`"toByte":${sizeBytes}}`),
    );
  }

  /** @returns false where the same import is recorded already */
  add(record: ImportRecord): Promise<boolean> {
    return this.documents.create(nameOf(record.key), `${JSON.stringify(importRecord.parse(record))}\n`);
  }

  /** Takes an import out of the catalogue; its objects stay until they are collected. */
  forget(key: string): Promise<void> {
    return this.documents.remove(nameOf(key));
  }

  private file(key: string): string {
    return path.join(this.folder, `${key}.json`);
  }

  private names(): string[] {
    try {
      return readdirSync(this.folder)
        .filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
        .sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  private parse(name: string): ImportRecord {
    const file = path.join(this.folder, name);
    try {
      const record = importRecord.parse(jsonOfFormat('import record', file, readFileSync(file, 'utf8')));
      if (`${record.key}.json` !== name) throw new Error(`it says its key is ${record.key}`);
      return record;
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new BadInput(
        file,
        undefined,
        `is no import record: ${(error as Error).message.slice(0, 200)}`,
        'remove it and import its file again',
      );
    }
  }
}

function nameOf(key: string): string {
  return `catalogue/${key}.json`;
}
