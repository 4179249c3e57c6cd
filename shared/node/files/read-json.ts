import { existsSync } from 'node:fs';
import type { z } from 'zod';
import { jsonOrUndefined } from '../../fields/json-or-undefined.js';
import { readPlainFile } from '../disk/plain-file.js';

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
