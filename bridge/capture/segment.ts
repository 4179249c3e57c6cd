import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { OPEN_SUFFIX, parseSegmentFile } from '../../shared/contract/capture-file.js';
import { jsonOfFormat } from '../../shared/formats/version-found.js';
import { isDiskFull } from '../../shared/node/disk/disk-full.js';
import { renameWithRetry } from '../../shared/node/disk/replace-file.js';
import { replaceInBackground } from '../disk/replace-in-background.js';

/** What is known of a stream when the bridge starts: where numbering goes on. */
export interface StreamPosition {
  readonly lastSeq: number;
  /** Highest segment number for each trade date. */
  readonly lastNumber: ReadonlyMap<string, number>;
}

/**
 * Closes every segment that a crash left open: a torn last line becomes a recorded gap, then the file gets its final
 * name. One that has not even its header says nothing, and no reader could take it: it is removed. Returns where the
 * stream's numbering goes on.
 */
export function recoverSegments(folder: string, instrument: string): StreamPosition {
  const kept = readPosition(folder, instrument);
  let { lastSeq } = kept;
  const lastNumber = new Map(kept.lastNumber);
  for (const file of readdirSync(folder).sort()) {
    const name = parseSegmentFile(file);
    if (name?.instrument !== instrument) continue;
    lastNumber.set(name.tradeDate, Math.max(name.number, lastNumber.get(name.tradeDate) ?? 0));
    const full = path.join(folder, file);
    lastSeq = Math.max(lastSeq, name.open ? closeAfterCrash(full) : tailOf(full).lastSeq);
  }
  return { lastSeq, lastNumber };
}

/**
 * Closes what a crash left open of contracts that nobody captures here any more, or not yet again: who ships segments waits for
 * one that is open, whoever's it is. To be called by the one bridge of the folder, before any capture begins.
 */
export function recoverOtherSegments(folder: string, instrument: string): void {
  mkdirSync(folder, { recursive: true });
  const open = readdirSync(folder)
    .flatMap((file) => parseSegmentFile(file) ?? [])
    .filter((segment) => segment.open);
  for (const other of new Set(open.map((segment) => segment.instrument)))
    if (other !== instrument) recoverSegments(folder, other);
}

/**
 * Remembers a segment before it gets its final name: from then on it may be shipped and removed, and its numbers must
 * not be given again. Trade dates long past are forgotten.
 */
export async function keepPosition(
  folder: string,
  instrument: string,
  { lastSeq, lastNumber }: StreamPosition,
): Promise<void> {
  const newest = [...lastNumber].sort(([a], [b]) => (a < b ? 1 : -1)).slice(0, DATES_KEPT);
  const text = `${JSON.stringify({ v: 1, lastSeq, lastNumber: Object.fromEntries(newest) } satisfies z.input<typeof position>)}\n`;
  await replaceInBackground(positionFile(folder, instrument), text);
}

const DATES_KEPT = 10;
/** From before there was a version it says none. */
const position = z.object({
  v: z.literal(1).default(1),
  lastSeq: z.number().int(),
  lastNumber: z.record(z.string(), z.number().int()),
});

/** @throws Failure 'FormatTooNew'; ZodError or SyntaxError where the file was changed by hand */
function readPosition(folder: string, instrument: string): StreamPosition {
  const file = positionFile(folder, instrument);
  if (!existsSync(file)) return { lastSeq: 0, lastNumber: new Map() };
  const { lastSeq, lastNumber } = position.parse(jsonOfFormat('capture position', file, readFileSync(file, 'utf8')));
  return { lastSeq, lastNumber: new Map(Object.entries(lastNumber)) };
}

function positionFile(folder: string, instrument: string): string {
  return path.join(folder, `position-${instrument}.json`);
}

function closeAfterCrash(file: string): number {
  const { wholeBytes, sizeBytes, lastSeq, lastTs } = tailOf(file);
  if (wholeBytes === 0) {
    rmSync(file);
    return 0;
  }
  let closedSeq = lastSeq;
  const descriptor = openSync(file, 'r+');
  try {
    ftruncateSync(descriptor, wholeBytes);
    const reason = `the bridge ended without closing this file; ${sizeBytes - wholeBytes} bytes of a torn line were cut`;
    const gap = { kind: 'gap', ts: lastTs, seq: lastSeq + 1, reason };
    if (lastTs !== '' && appendWhole(descriptor, `${JSON.stringify(gap)}\n`, wholeBytes)) closedSeq++;
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameWithRetry(file, file.slice(0, -OPEN_SUFFIX.length));
  return closedSeq;
}

/**
 * A line at the end of a file, whole or not at all. @returns false where a full disk has no room for it: the next segment
 * begins with a reset, so that readers need no gap before it
 */
function appendWhole(descriptor: number, line: string, sizeBytes: number): boolean {
  const bytes = Buffer.from(line);
  try {
    if (writeSync(descriptor, bytes, 0, bytes.length, sizeBytes) === bytes.length) return true;
  } catch (error) {
    if (!isDiskFull(error)) throw error;
  }
  ftruncateSync(descriptor, sizeBytes);
  return false;
}

/** Longest line the bridge writes, with room to spare. */
const TAIL_BYTES = 64 * 1024;

/** The last whole line that carries a sequence number; zeros where the file holds a header at most. */
function tailOf(file: string): { wholeBytes: number; sizeBytes: number; lastSeq: number; lastTs: string } {
  const descriptor = openSync(file, 'r');
  try {
    const sizeBytes = fstatSync(descriptor).size;
    const start = Math.max(0, sizeBytes - TAIL_BYTES);
    const tail = Buffer.alloc(sizeBytes - start);
    readSync(descriptor, tail, 0, tail.length, start);
    const whole = tail.lastIndexOf(0x0a) + 1;
    const lines = tail
      .toString('utf8', 0, whole)
      .split('\n')
      .filter((line) => line.length > 0);
    const last = lines
      .reverse()
      .map(numberedLine)
      .find((line) => line !== null);
    return { wholeBytes: start + whole, sizeBytes, lastSeq: last?.seq ?? 0, lastTs: last?.ts ?? '' };
  } finally {
    closeSync(descriptor);
  }
}

function numberedLine(line: string): { seq: number; ts: string } | null {
  try {
    const { seq, ts } = JSON.parse(line) as { seq?: unknown; ts?: unknown };
    return typeof seq === 'number' && typeof ts === 'string' ? { seq, ts } : null;
  } catch {
    return null; // the first line of the tail may be cut at its start
  }
}
