import { createHash } from 'node:crypto';
import { BadInput } from '../../shared/failure.js';
import type { Catalogue, ImportRecord } from '../store/catalogue.js';
import type { DetectedFormat } from './detect-format.js';
import type { ImportHints } from './format.js';
import { instrumentOf } from './instrument-name.js';
import { hashOfBytes } from './source-hash.js';

/** Header and first record of the files that grow: they never change, and tell one file from another. */
const LINEAGE_BYTES = 88;

/** How much of a growing file is in the store. */
export interface Growth {
  readonly lineage: string;
  /** First byte that was not imported yet. */
  readonly fromByte: number;
  readonly state: unknown;
  /** The import that ended there; null where there was none. */
  readonly last: ImportRecord | null;
}

/** Null where the file does not grow. @throws BadInput where what was imported before has changed since */
export async function growthOf(
  catalogue: Catalogue,
  file: string,
  { format, head, isPacked }: DetectedFormat,
  hints: ImportHints,
): Promise<Growth | null> {
  if (!format.grows || isPacked) return null;
  const identity = JSON.stringify([format.name, instrumentOf(file, hints), hints.priceScale ?? 1]);
  const lineage = createHash('sha256').update(identity).update(head.subarray(0, LINEAGE_BYTES)).digest('hex');
  const last = catalogue
    .imports()
    .filter((one) => one.growth?.lineage === lineage)
    .reduce<ImportRecord | null>((a, b) => (a && a.source.toByte > b.source.toByte ? a : b), null);
  if (!last) return { lineage, fromByte: 0, state: null, last: null };
  const { sha256, fromByte, toByte } = last.source;
  if ((await hashOfBytes(file, fromByte, toByte)).sha256 !== sha256)
    throw new BadInput(
      file,
      `bytes ${fromByte} to ${toByte}`,
      'are not what they were when they were imported',
      'a file that grows is only ever appended to: give the original, or forget the import of the old one',
    );
  return { lineage, fromByte: toByte, state: last.growth!.state, last };
}
