import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { BadInput, Failure } from '../../shared/failure.js';
import type { StampedName } from '../../shared/formats/formats.js';
import { jsonOfFormat, withoutVersion } from '../../shared/formats/version-found.js';
import { createFile } from '../../shared/node/disk/create-file.js';

/**
 * An append-only log that several processes may write: a folder of numbered files, each created whole or not at all.
 * Whoever appends says how many entries it has seen; when another process was faster it gets `false`, reads again and
 * decides again. So there is no lock to be left behind by a killed process, and no torn last line.
 */
export class EntryLog<T extends object> {
  constructor(
    private readonly format: StampedName,
    private readonly folder: string,
    private readonly schema: z.ZodType<T>,
  ) {}

  /** @throws BadInput when an entry is missing or damaged */
  read(): T[] {
    const names = entryNames(this.folder);
    return names.map((name, index) => {
      const file = path.join(this.folder, name);
      if (name !== entryName(index + 1)) throw new BadInput(file, undefined, `entry ${index + 1} is missing`, RESTORE);
      return this.parse(file);
    });
  }

  /** Makes `entry` number `seen` + 1, durably; false when that number is taken. */
  append(seen: number, entry: T): boolean {
    const text = `${JSON.stringify({ v: 1, ...this.schema.parse(entry) })}\n`;
    return createFile(path.join(this.folder, entryName(seen + 1)), text);
  }

  private parse(file: string): T {
    try {
      return this.schema.parse(
        withoutVersion(this.format, jsonOfFormat(this.format, file, readFileSync(file, 'utf8'))),
      );
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new BadInput(file, undefined, `not an entry: ${(error as Error).message.slice(0, 200)}`, RESTORE);
    }
  }
}

const RESTORE = 'restore the folder from a backup: without it a counter could be used twice';

function entryName(number: number): string {
  return `${String(number).padStart(8, '0')}.json`;
}

function entryNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d{8}\.json$/.test(name))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
