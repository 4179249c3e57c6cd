import type { SierraLayout } from '../../shared/market/sierra/sierra-file.js';
import { unixUsAt } from '../../shared/market/sierra/sierra-file.js';
import type { GrowingFile } from './growing-file.js';

export type IsDatable = (ms: number) => boolean;

/** Clocks step back by less than so many records. */
const DISORDER_RECORDS = 256;

/** Microseconds since the epoch; NaN where a record has a time that cannot be. */
export function datableUsAt(bytes: Buffer, at: number, isDatable: IsDatable): number {
  const us = unixUsAt(bytes, at);
  return isDatable(us / 1000) ? us : Number.NaN;
}

/** Of the last record; null where there is none, or it has a time that cannot be. */
export function newestUsOf(file: GrowingFile, isDatable: IsDatable): number | null {
  const last = file.records === 0 ? null : file.recordAt(file.records - 1);
  if (last === null || last.length === 0) return null;
  const us = datableUsAt(last, 0, isDatable);
  return Number.isNaN(us) ? null : us;
}

/** Index of the first record at or after a time: records follow each other in time, but for damaged ones and a clock that steps back. */
export function indexSince(file: GrowingFile, us: number, isDatable: IsDatable): number {
  const timeOf = (index: number) => {
    const record = file.recordAt(index);
    return record.length === 0 ? Number.POSITIVE_INFINITY : datableUsAt(record, 0, isDatable);
  };
  let [low, high] = [0, file.records];
  while (low < high) {
    const middle = (low + high) >>> 1;
    let dated = middle;
    while (dated < high && Number.isNaN(timeOf(dated))) dated++;
    if (dated === high || timeOf(dated) >= us) high = middle;
    else low = dated + 1;
  }
  for (let index = Math.max(0, low - DISORDER_RECORDS); index < low; index++) if (timeOf(index) >= us) return index;
  return low;
}

/** Calls for each record from an index on, until it is told to stop with false. */
export function eachRecordFrom(
  file: GrowingFile,
  { headerBytes, recordBytes }: SierraLayout,
  index: number,
  take: (bytes: Buffer, at: number, offset: number) => boolean,
): void {
  for (let offset = headerBytes + index * recordBytes; ; ) {
    const bytes = file.readFrom(offset);
    if (bytes.length === 0) return;
    for (let at = 0; at < bytes.length; at += recordBytes) if (!take(bytes, at, offset + at)) return;
    offset += bytes.length;
  }
}
