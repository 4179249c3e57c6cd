import { existsSync } from 'node:fs';
import type { z } from 'zod';
import { jsonOrUndefined } from '../shared/fields/json-or-undefined.js';
import { readPlainFile } from '../shared/node/disk/plain-file.js';

const BYTES_MAX = 64 << 20;

/** What a file says; null where there is none, or it says nothing that we know. */
export function readJson<T>(file: string, schema: z.ZodType<T>): T | null {
  try {
    if (!existsSync(file)) return null;
    return schema.safeParse(jsonOrUndefined(readPlainFile(file, BYTES_MAX).toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
