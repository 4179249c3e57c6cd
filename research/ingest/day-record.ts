import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { flatNameOf, sourceOf, streamName } from '../../shared/contract/batch-stream.js';
import type { CapturedDay } from '../../shared/contract/capture-file.js';
import { IB_SOURCE } from '../../shared/contract/capture-source.js';
import { BadInput, Failure } from '../../shared/failure.js';
import { jsonOfFormat } from '../../shared/formats/version-found.js';
import { sha256Hex } from '../../shared/reference.js';
import type { StoreDocuments } from '../store/documents.js';

const count = z.number().int().nonnegative();

/** A trade date that came home whole: what is in the store of it, and from which batches that came. */
export const dayRecord = z.strictObject({
  v: z.literal(1),
  instrument: z.string().min(1),
  tradeDate: z.iso.date(),
  synthetic: z.boolean(),
  broker: z.string(),
  stream: streamName,
  epoch: count,
  /** Payload of the batch that closed it. */
  closedBy: sha256Hex,
  batches: z.array(z.strictObject({ seq: count, payloadSha256: sha256Hex, files: z.array(z.string()) })),
  /** Keys of the imports in the catalogue, in the order of the batches. */
  imports: z.array(sha256Hex),
  events: count,
  /** The signed checkpoint of research's log when it was ingested. */
  checkpoint: z.strictObject({ origin: z.string(), size: count, note: z.string() }),
  ingestedAt: z.iso.datetime(),
});
export type DayRecord = Readonly<z.infer<typeof dayRecord>>;

/** `days/` of a store: one record a trade date and stream, written when everything of it is in the store. */
export class DayRecords {
  private readonly folder: string;

  constructor(storeRoot: string) {
    this.folder = path.join(storeRoot, 'days');
  }

  find(stream: string, tradeDate: string): DayRecord | null {
    const file = this.file(stream, tradeDate);
    return existsSync(file) ? read(file) : null;
  }

  /** Every day, oldest first. @throws BadInput where a record is damaged */
  all(): DayRecord[] {
    return foldersIn(this.folder)
      .flatMap((stream) =>
        foldersIn(path.join(this.folder, stream)).map((name) => path.join(this.folder, stream, name)),
      )
      .filter((file) => file.endsWith('.json'))
      .map(read)
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  /** Those that the bridge captured, oldest first. */
  ofBridge(): DayRecord[] {
    return this.all().filter(({ stream }) => sourceOf(stream) === IB_SOURCE);
  }

  private file(stream: string, tradeDate: string): string {
    return path.join(this.folder, flatNameOf(stream), `${tradeDate}.json`);
  }
}

/** Puts a day on record. The same day again, which lines that came late have made another, replaces the record. */
export function keepDay(documents: StoreDocuments, record: DayRecord): Promise<void> {
  const name = `days/${flatNameOf(record.stream)}/${record.tradeDate}.json`;
  return documents.replace(name, `${JSON.stringify(dayRecord.parse(record))}\n`);
}

function keyOf({ tradeDate, instrument }: CapturedDay): string {
  return `${tradeDate} ${instrument}`;
}

function foldersIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function read(file: string): DayRecord {
  try {
    return dayRecord.parse(jsonOfFormat('day record', file, readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new BadInput(
      file,
      undefined,
      `is no record of a day: ${(error as Error).message.slice(0, 200)}`,
      'remove it and bring the day home again: believe capture run --date',
    );
  }
}
