import type { Column } from '../column.js';
import type { ColumnValues } from '../column-chunk.js';
import { Damage, Unfamiliar } from './page-faults.js';
import { type Numbers, Runs } from './runs.js';

/** What the codes of a column stand for; int64 as two words each, low word first. */
export type Dictionary = Numbers;

/** Puts the next values of a page into the places from `from` up to `to`. @throws Damage where there are too few */
export type PageValues = (target: ColumnValues, from: number, to: number) => void;

const Encoding = { plain: 0, plainDictionary: 2, dictionary: 8 } as const;

/** The values of a page, one after the other. @throws Damage, Unfamiliar */
export function pageValues(
  page: Uint8Array,
  encoding: number,
  dictionary: Dictionary | null,
  { type }: Column,
): PageValues {
  // A page of NULLs alone may have any encoding, and no values.
  if (page.length === 0) return refuseValues;
  if (encoding === Encoding.plain && type !== 'enum') return plainValues(page);
  if (encoding !== Encoding.dictionary && encoding !== Encoding.plainDictionary)
    throw new Unfamiliar(`values of encoding ${encoding}`);
  if (!dictionary) throw new Damage('a page without its dictionary');
  const runs = new Runs(page.subarray(1), page[0]!);
  if (type === 'int64') return pairValues(runs, dictionary);
  return (target, from, to) => runs.expand(dictionary, target as Numbers, from, to);
}

function refuseValues(_: ColumnValues, from: number, to: number): void {
  if (to > from) throw new Damage('a page has too few values');
}

function plainValues(page: Uint8Array): PageValues {
  let at = 0;
  return (target, from, to) => {
    const rowBytes = target.BYTES_PER_ELEMENT;
    const end = at + (to - from) * rowBytes;
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    bytes.set(firstBytes(page, end).subarray(at), from * rowBytes);
    at = end;
  };
}

/** Int64 by words: as numbers they would not be exact, and as bigints each would be made anew. */
function pairValues(runs: Runs, dictionary: Dictionary): PageValues {
  const identity = Int32Array.from({ length: dictionary.length / 2 }, (_, code) => code);
  return (target, from, to) => {
    const codes = new Int32Array(to - from);
    runs.expand(identity, codes, 0, codes.length);
    const words = new Int32Array(target.buffer, target.byteOffset, 2 * target.length);
    for (let i = 0, at = 2 * from; i < codes.length; i++, at += 2) {
      words[at] = dictionary[2 * codes[i]!]!;
      words[at + 1] = dictionary[2 * codes[i]! + 1]!;
    }
  };
}

/** @param count values in the page @throws Damage */
export function dictionaryIn(page: Uint8Array, count: number, column: Column): Dictionary {
  if (!(count >= 0)) throw new Damage('a dictionary has no size');
  switch (column.type) {
    case 'float64':
      return new Float64Array(firstBytes(page, 8 * count).slice().buffer);
    case 'int64':
      return new Int32Array(firstBytes(page, 8 * count).slice().buffer);
    case 'int32':
      return new Int32Array(firstBytes(page, 4 * count).slice().buffer);
    case 'enum':
      return codesIn(page, count, column.values);
    case 'text':
      throw new Unfamiliar('text');
  }
}

/** The strings of a dictionary as their codes. */
function codesIn(page: Uint8Array, count: number, values: readonly string[]): Uint8Array {
  const bytes = Buffer.from(page.buffer, page.byteOffset, page.length);
  const codes: number[] = [];
  for (let at = 0; codes.length < count; ) {
    const end = at + 4 > bytes.length ? Number.POSITIVE_INFINITY : at + 4 + bytes.readUInt32LE(at);
    if (end > bytes.length) throw new Damage('a dictionary is cut off');
    const code = values.indexOf(bytes.toString('utf8', at + 4, end));
    if (code < 0) throw new Damage(`a value that is none of ${values.join(', ')}`);
    codes.push(code);
    at = end;
  }
  return Uint8Array.from(codes);
}

function firstBytes(page: Uint8Array, sizeBytes: number): Uint8Array {
  if (sizeBytes > page.length) throw new Damage('a page has too few values');
  return page.subarray(0, sizeBytes);
}
