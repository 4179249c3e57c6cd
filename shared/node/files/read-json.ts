import { existsSync } from 'node:fs';
import type { z } from 'zod';
import { jsonOrUndefined } from '../../fields/json-or-undefined.js';
import { type StampedName, stampOf } from '../../formats/formats.js';
import { formatTooNew, newerVersion } from '../../formats/version-found.js';
import { readPlainFile } from '../disk/plain-file.js';
import { versionAt } from '../formats/version-at.js';

const BYTES_MAX = 64 << 20;

/** What a file says; null where there is none, or it says nothing that we know. */
export function readJson<T>(file: string, schema: z.ZodType<T>, bytesMax = BYTES_MAX): T | null {
  try {
    if (!existsSync(file)) return null;
    return schema.safeParse(jsonOrUndefined(readPlainFile(file, bytesMax).toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}

/** The same of a format of which there are too many files to look into each at a start. @throws Failure 'FormatTooNew' */
export function readStamped<T>(format: StampedName, file: string, schema: z.ZodType<T>): T | null {
  const newer = existsSync(file) ? newerVersion(versionAt(file, format), stampOf(format)) : null;
  if (newer !== null) throw formatTooNew(format, file, newer);
  return readJson(file, schema);
}
