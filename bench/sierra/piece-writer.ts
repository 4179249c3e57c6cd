import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DEPTH, SCID, type SierraLayout, unixUsAt } from '../../shared/market/sierra/sierra-file.js';
import { seededRandom } from '../../shared/random.js';

/**
 * A process that writes files of Sierra Chart, as they lie whole in one folder, into another one, bit by bit as time goes
 * by in them, in pieces that end anywhere: `piece-writer.js FROM INTO SEED STEP_SECONDS PAUSE_MS`.
 */
const [from, into, seed, stepSeconds, pauseMs] = process.argv.slice(2);
const random = seededRandom(Number(seed));

interface Writing {
  readonly file: string;
  readonly bytes: Buffer;
  readonly layout: SierraLayout;
  written: number;
}

const files = readdirSync(from!, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(scid|depth)$/.test(name))
  .sort()
  .map((name): Writing => {
    const layout = name.endsWith('.scid') ? SCID : DEPTH;
    return { file: path.join(into!, name), bytes: readFileSync(path.join(from!, name)), layout, written: 0 };
  });

/** Bytes of records before a time. */
function bytesBefore({ bytes, layout: { headerBytes, recordBytes }, written }: Writing, us: number): number {
  let at = headerBytes + Math.max(0, Math.floor((written - headerBytes) / recordBytes)) * recordBytes;
  while (at < bytes.length && unixUsAt(bytes, at) < us) at += recordBytes;
  return at === headerBytes ? 0 : at;
}

function write(one: Writing, to: number): void {
  while (one.written < to) {
    const next = Math.min(to, one.written + 1 + Math.floor(random() * 20_000));
    appendFileSync(one.file, one.bytes.subarray(one.written, next));
    one.written = next;
  }
}

const firstUs = Math.min(...files.map(({ bytes, layout }) => unixUsAt(bytes, layout.headerBytes)));
for (let us = firstUs; files.some(({ bytes, written }) => written < bytes.length); ) {
  us += Math.ceil(random() * Number(stepSeconds) * 1e6);
  for (const one of files) {
    const whole = bytesBefore(one, us);
    // A part of the next record is there already, more often than not.
    const torn = whole > 0 ? Math.floor(random() * one.layout.recordBytes) : 0;
    write(one, Math.min(one.bytes.length, Math.max(one.written, whole + torn)));
  }
  await pause(Number(pauseMs) * random());
}
