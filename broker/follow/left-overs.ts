import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import { parseSegmentFile, segmentFile } from '../../shared/contract/capture-file.js';
import { renameWithRetry, syncFolder } from '../../shared/node/disk/replace-file.js';

/** The segment that a state knows of. */
export interface KnownSegment {
  readonly tradeDate: string;
  readonly number: number;
}

const TAIL_BYTES = 1 << 20;

/**
 * Clears away what a process that was killed left: files half written under a name of their own, and an open segment that no
 * state knows of, which would keep all after it from being sealed. Whoever has a state writes its lines again; where there is
 * none, its whole lines are kept.
 */
export function clearLeftOvers(folder: string, instrument: string, known: KnownSegment | null): void {
  for (const name of readdirSync(folder)) {
    if (/^(follow|status)-.+\.json\.\d+-[0-9a-f]+\.tmp$/.test(name)) rmSync(path.join(folder, name), { force: true });
    const segment = parseSegmentFile(name, 'sierra');
    if (segment === null || !segment.open || segment.instrument !== instrument) continue;
    const isKnown = known?.tradeDate === segment.tradeDate && known.number === segment.number;
    if (known === null) closeWhole(path.join(folder, name), path.join(folder, segmentFile(segment)));
    else if (!isKnown) rmSync(path.join(folder, name));
  }
  syncFolder(folder);
}

function closeWhole(open: string, closed: string): void {
  const descriptor = openSync(open, 'r+');
  try {
    const { size } = fstatSync(descriptor);
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(descriptor, tail, 0, tail.length, size - tail.length);
    ftruncateSync(descriptor, size - tail.length + tail.lastIndexOf('\n') + 1);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  if (existsSync(closed)) rmSync(open);
  else renameWithRetry(open, closed);
}
