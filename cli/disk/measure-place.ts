import { lstatSync, readdirSync, type Stats } from 'node:fs';
import path from 'node:path';

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;

export interface Measured {
  readonly sizeBytes: number;
  readonly files: number;
  /** Bytes a day that were written lately. */
  readonly perDayBytes: number;
  /** Folders that this user cannot read; what is in them is not counted. */
  readonly unread: readonly string[];
}

/** Growth is that of the last week; of a younger home that of its life, of a day at least. */
export function lookedBackDays(bornMs: number, nowMs: number): number {
  return bornMs > 0 ? Math.min(WEEK_DAYS, Math.max(1, (nowMs - bornMs) / DAY_MS)) : WEEK_DAYS;
}

export interface LookedBack {
  readonly nowMs: number;
  readonly backDays: number;
}

/**
 * What is in a folder or file, and how fast it has grown: what was written in the last days, by the times of the files. Of a file
 * that is older and still grows, their part of its life. Links are not followed.
 */
export function measurePlace(place: string, back: LookedBack): Measured {
  const total = { sizeBytes: 0, files: 0, perDayBytes: 0, unread: [] as string[] };
  const walk = (at: string) => {
    const stats = look(at);
    if (stats === null) return;
    if (stats.isDirectory()) return void namesIn(at, total.unread).forEach((name) => void walk(path.join(at, name)));
    if (!stats.isFile()) return;
    total.files++;
    total.sizeBytes += stats.size;
    total.perDayBytes += lately(stats, back) / back.backDays;
  };
  walk(place);
  return total;
}

/** Bytes of a file that were written in the last days. */
export function lately(
  { size, mtimeMs, birthtimeMs }: Pick<Stats, 'size' | 'mtimeMs' | 'birthtimeMs'>,
  { nowMs, backDays }: LookedBack,
): number {
  const sinceMs = nowMs - backDays * DAY_MS;
  if (mtimeMs < sinceMs) return 0;
  // Some file systems know no birth, and say 0 or a later time.
  const isOld = birthtimeMs > 0 && birthtimeMs < sinceMs && birthtimeMs < mtimeMs;
  return isOld ? (size * (mtimeMs - sinceMs)) / (mtimeMs - birthtimeMs) : size;
}

/** Null for what is not there: files come and go while they are counted. */
function look(at: string): Stats | null {
  try {
    return lstatSync(at);
  } catch {
    return null;
  }
}

function namesIn(folder: string, unread: string[]): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') unread.push(folder);
    return [];
  }
}
