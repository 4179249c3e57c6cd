import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { parseBatchFile } from '../../shared/contract/batch-stream.js';
import { readBatch } from '../../shared/contract/sealed-batch.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';

/** From a fill on the broker to its verified line here. Both machines' clocks go into it. */
export interface FillLag {
  readonly fills: number;
  readonly lagSecondsP50: number;
  readonly lagSecondsP99: number;
}

const NEWEST_BATCHES = 200;
const fillLine = z.looseObject({ kind: z.literal('fill'), wallTime: z.iso.datetime() });

/** @param folder of verified batches of `orders` @returns null where none of the newest holds a fill */
export function fillLag(folder: string): FillLag | null {
  if (!existsSync(folder)) return null;
  const envelopes = readdirSync(folder)
    .filter((name) => parseBatchFile(name)?.kind === 'envelope')
    .sort()
    .slice(-NEWEST_BATCHES);
  const lags = envelopes.flatMap((name) => lagsOf(folder, name)).sort((a, b) => a - b);
  if (lags.length === 0) return null;
  const at = (share: number) => lags[Math.min(lags.length - 1, Math.floor(lags.length * share))]!;
  return { fills: lags.length, lagSecondsP50: at(0.5), lagSecondsP99: at(0.99) };
}

/** Seconds of each fill of a batch. The envelope was moved here, as the last of its files, when all of it was verified. */
function lagsOf(folder: string, name: string): number[] {
  const file = path.join(folder, name);
  const verifiedMs = statSync(file).ctimeMs;
  const { predicate } = readBatch(readFileSync(file));
  if (predicate.kind !== 'data') return [];
  return predicate.files.flatMap(({ packed }) =>
    zstdDecompressSync(readFileSync(path.join(folder, packed.name)))
      .toString('utf8')
      .split('\n')
      .flatMap((line) => fillLine.safeParse(jsonOrUndefined(line)).data ?? [])
      .map(({ wallTime }) => (verifiedMs - Date.parse(wallTime)) / 1000),
  );
}
