import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { readInputText } from '../../shared/disk/plain-file.js';
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
    return file;
  }

  discard(): void {
    this.lines?.discard();
    this.lines = null;
  }
}

/** The first row that was set aside. @param file that `finish` has named @throws BadInput where it cannot be read */
export function firstQuarantined(file: string): QuarantinedRow {
  const text = readInputText(file, QUARANTINE_BYTES_MAX);
  return quarantinedRow.parse(JSON.parse(text.slice(0, text.indexOf('\n'))));
}

const QUARANTINE_BYTES_MAX = 2 ** 29;
const quarantinedRow = z.object({ where: z.string(), reason: z.string() });
type QuarantinedRow = z.infer<typeof quarantinedRow>;
