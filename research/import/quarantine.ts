import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { readPlainFile } from '../../shared/node/disk/plain-file.js';
import { LineFile } from '../generator/line-file.js';

/** Rows that an import could not use, as JSON lines `{where, reason, raw}`. The file appears whole or not at all. */
export class Quarantine {
  rows = 0;
  private lines: LineFile | null = null;

  constructor(private readonly folder: string) {}

  add(where: string, reason: string, raw: string): void {
    this.rows++;
    this.lines ??= new LineFile(path.join(this.folder, randomUUID()));
    this.lines.write(`${JSON.stringify({ where, reason, raw })}\n`);
  }

  /** @param key of the import @returns the file; null where nothing is in quarantine */
  finish(key: string): string | null {
    if (this.lines === null) return null;
    const file = path.join(this.folder, `${key}.jsonl`);
    this.lines.finish(file);
    this.lines = null;
    return file;
  }

  discard(): void {
    this.lines?.discard();
    this.lines = null;
  }
}

const quarantinedRow = z.object({ where: z.string(), reason: z.string() });
/** Of a row and its reason at most: a line of a file has 64 KiB, of which every byte may be six when it is written down. */
const ROW_BYTES_MAX = 2 ** 20;

/** The first row that was set aside. @param file that `finish` has named */
export function firstQuarantined(file: string): Readonly<z.infer<typeof quarantinedRow>> {
  const beginning = readPlainFile(file, ROW_BYTES_MAX).toString('utf8');
  return quarantinedRow.parse(JSON.parse(beginning.split('\n', 1)[0]!));
}
