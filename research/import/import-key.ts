import { createHash } from 'node:crypto';
import type { Catalogue, ImportRecord } from '../store/catalogue.js';
import type { Format, ImportHints, Told } from './format.js';
import { unpackedName } from './unpacked-name.js';

/** Bytes that are read as a format, under a name and with options. */
export interface Source {
  readonly sha256: string;
  readonly format: Format;
  readonly file: string;
  readonly hints: ImportHints;
}

/** What an import is known by: the same bytes, read in the same way, and labelled alike. */
export function importKeyOf(source: Source): string {
  return keyOf(source, toldOf(source));
}

/**
 * The import of these bytes that is labelled alike, if there is one. Names were not always part of what an import is known
 * by: its record may lie under what options alone said, and then the name on record has to say the same as this one.
 */
export function knownImport(catalogue: Catalogue, source: Source): ImportRecord | null {
  const told = toldOf(source);
  const known = catalogue.find(keyOf(source, told));
  if (known) return known;
  for (const instrument of new Set([told.instrument, undefined]))
    for (const barSeconds of new Set([told.barSeconds, undefined])) {
      const record = catalogue.find(keyOf(source, { instrument, barSeconds }));
      if (record && isAlike(toldOf({ ...source, file: record.file, hints: { instrument, barSeconds } }), told))
        return record;
    }
  return null;
}

function toldOf({ format, file, hints }: Omit<Source, 'sha256'>): Told {
  if (!format.told) return { instrument: hints.instrument, barSeconds: hints.barSeconds };
  return format.told({ path: file, name: unpackedName(file), hints });
}

function isAlike(one: Told, other: Told): boolean {
  return one.instrument === other.instrument && one.barSeconds === other.barSeconds;
}

function keyOf({ sha256, format, hints }: Source, { instrument, barSeconds }: Told): string {
  const fromByte = 0;
  const length = barSeconds === undefined ? [] : [barSeconds];
  return sha256Of(
    JSON.stringify([sha256, fromByte, format.name, instrument ?? null, hints.priceScale ?? null, ...length]),
  );
}

export function sha256Of(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}
