import {
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { bridgeStatus } from '../../shared/contract/bridge-status.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import { readPlainFile } from '../../shared/node/disk/plain-file.js';
import type { SealPlaces } from './seal-places.js';

const STATUS_BYTES_MAX = 1 << 20;
const MINUTE_MS = 60_000;

/**
 * Keeps what the bridge says of itself as a line a minute, so that it can be sealed like a journal. Nothing is kept while the
 * bridge says nothing new: that it was silent shows by the time of the next line.
 * @param tradeDate now; a file never follows one of a later date
 * @returns whether a line was added
 */
export function sampleStatus(places: SealPlaces, tradeDate: string): boolean {
  if (!existsSync(places.statusNow)) return false;
  const status = bridgeStatus.safeParse(
    jsonOrUndefined(readPlainFile(places.statusNow, STATUS_BYTES_MAX).toString('utf8')),
  );
  if (!status.success) return false;
  mkdirSync(places.status, { recursive: true });
  const newest = readdirSync(places.status)
    .filter((name) => FILE.test(name))
    .sort()
    .at(-1);
  const name = `status-${tradeDate}.jsonl`;
  const file = path.join(places.status, newest !== undefined && newest > name ? newest : name);
  const before = newest === undefined ? null : lastWallTimeMs(path.join(places.status, newest));
  const at = Date.parse(status.data.wallTime);
  // Also where the clock went back: a minute is a minute.
  if (before !== null && Math.abs(at - before) < MINUTE_MS) return false;
  appendLine(file, JSON.stringify(status.data));
  return true;
}

const FILE = /^status-\d{4}-\d\d-\d\d\.jsonl$/;

function lastWallTimeMs(file: string): number | null {
  const last = readFileSync(file, 'utf8').split('\n').at(-2);
  const parsed = bridgeStatus.safeParse(jsonOrUndefined(last));
  return parsed.success ? Date.parse(parsed.data.wallTime) : null;
}

/** On disk when it returns. A torn line that a crash has left is cut off first: it was never sealed. */
function appendLine(file: string, line: string): void {
  const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT);
  try {
    const whole = readFileSync(file).lastIndexOf(0x0a) + 1;
    ftruncateSync(descriptor, whole);
    const bytes = Buffer.from(`${line}\n`);
    for (let written = 0; written < bytes.length; )
      written += writeSync(descriptor, bytes, written, bytes.length - written, whole + written);
    fdatasyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
