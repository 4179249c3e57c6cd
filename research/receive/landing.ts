import { lstatSync, readdirSync, type Stats } from 'node:fs';
import path from 'node:path';
import { type ParsedBatchFile, parseBatchFile } from '../../shared/contract/batch-stream.js';

/** Names looked at in one pass: more wait for the next. */
const NAMES_MAX = 10_000;

/** Whatever lies in the landing folder, put there by somebody who may be anybody. */
export interface Landed {
  /** For people; what is no UTF-8 in it is not shown. */
  readonly name: string;
  /** As the system has it: a name may be any bytes. */
  readonly path: Buffer;
  readonly stats: Stats;
  /** What its name says it is; null for a name that we do not give. */
  readonly batch: ParsedBatchFile | null;
}

/** By name, so that batches of a stream come in order, and data before their envelope. */
export function landed(folder: string): Landed[] {
  const names = readdirSync(folder, { encoding: 'buffer' });
  names.sort(Buffer.compare);
  return names.slice(0, NAMES_MAX).flatMap((bytes) => {
    const name = bytes.toString('utf8');
    const whole = Buffer.concat([Buffer.from(`${folder}${path.sep}`), bytes]);
    const stats = lstatSync(whole, { throwIfNoEntry: false });
    if (stats === undefined) return []; // gone since: somebody else's business
    const isSame = Buffer.from(name).equals(bytes);
    return [{ name, path: whole, stats, batch: isSame && stats.isFile() ? parseBatchFile(name) : null }];
  });
}

/** `.name.AbC123`, under which rsync writes until a file is whole. */
export function isInTransfer({ name, stats }: Landed, nowMs: number, patienceMs: number): boolean {
  // The time of the last change of the file itself, which no sender can choose.
  return /^\..+\.[A-Za-z0-9]{6}$/.test(name) && stats.isFile() && nowMs - stats.ctimeMs < patienceMs;
}
