import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';
import { BadInput } from '../../shared/failure.js';
import { type HeadSamples, headSpec } from '../../shared/model/heads/head.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';

const MAGIC = 'believe samples 1\n';
/** Columns begin at multiples of this. */
const ALIGN_BYTES = 8;
const READ_BYTES = 1 << 28;
const REBUILD = 'build the samples again';

const fileHeader = z.object({ head: headSpec, rows: z.number().int().nonnegative() });

/**
 * Writes samples to one file: a line that names the format, a line of JSON `{head, rows}`, then the columns of
 * HeadSamples in the order features, startMs, endMs, tradeDate, moveTicks, costTicks, label; little-endian, each
 * padded to 8 bytes. The same samples give the same bytes. A reader sees the whole file or none.
 */
export function saveSamples(path: string, samples: HeadSamples): { sha256: string; bytes: number } {
  const preamble = preambleOf(samples.head, samples.rows);
  const layout = layoutOf(preamble.length, samples.rows, samples.columns);
  const bytes = new Uint8Array(layout.endByte);
  bytes.set(preamble);
  const columns = columnsAt(bytes.buffer, layout, samples.rows, samples.columns);
  for (const name of COLUMN_NAMES) columns[name].set(samples[name]);
  replaceFile(path, bytes);
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
}

/**
 * Reads samples; the columns are views of one shared buffer.
 * @param sha256 what the file must hash to, where a reference says so
 * @throws BadInput when the file is not whole or not the one that is meant
 */
export function loadSamples(path: string, sha256?: string): HeadSamples {
  const bytes = readShared(path);
  if (sha256 !== undefined) {
    const actual = createHash('sha256').update(bytes).digest('hex');
    if (actual !== sha256) throw new BadInput(path, undefined, 'is not the file that is meant', REBUILD);
  }
  const text = Buffer.from(bytes.buffer, 0, Math.min(bytes.length, 1 << 16)).toString('utf8');
  const headerEnd = text.indexOf('\n', MAGIC.length);
  if (!text.startsWith(MAGIC) || headerEnd < 0) throw new BadInput(path, undefined, 'is no sample file', REBUILD);
  const { head, rows } = readHeader(path, text.slice(MAGIC.length, headerEnd));
  const columns = head.features.length;
  const layout = layoutOf(preambleOf(head, rows).length, rows, columns);
  if (layout.endByte !== bytes.length)
    throw new BadInput(path, undefined, `holds ${bytes.length} bytes instead of ${layout.endByte}`, REBUILD);
  return { head, rows, columns, ...columnsAt(bytes.buffer, layout, rows, columns) };
}

/** In the order of the file: wide columns first, so that each is aligned. */
const COLUMN_NAMES = ['features', 'startMs', 'endMs', 'tradeDate', 'moveTicks', 'costTicks', 'label'] as const;
type ColumnName = (typeof COLUMN_NAMES)[number];
const BYTES_PER_ROW: Readonly<Record<Exclude<ColumnName, 'features'>, number>> = {
  startMs: 8,
  endMs: 8,
  tradeDate: 4,
  moveTicks: 4,
  costTicks: 4,
  label: 1,
};

interface Layout {
  readonly firstByte: Readonly<Record<ColumnName, number>>;
  readonly endByte: number;
}

function layoutOf(preambleBytes: number, rows: number, columns: number): Layout {
  const firstByte = {} as Record<ColumnName, number>;
  let at = preambleBytes;
  for (const name of COLUMN_NAMES) {
    firstByte[name] = at;
    at += aligned(rows * (name === 'features' ? 4 * columns : BYTES_PER_ROW[name]));
  }
  return { firstByte, endByte: at };
}

function columnsAt<B extends ArrayBufferLike>(buffer: B, { firstByte }: Layout, rows: number, columns: number) {
  return {
    features: new Float32Array(buffer, firstByte.features, rows * columns),
    startMs: new Float64Array(buffer, firstByte.startMs, rows),
    endMs: new Float64Array(buffer, firstByte.endMs, rows),
    tradeDate: new Int32Array(buffer, firstByte.tradeDate, rows),
    moveTicks: new Float32Array(buffer, firstByte.moveTicks, rows),
    costTicks: new Float32Array(buffer, firstByte.costTicks, rows),
    label: new Uint8Array(buffer, firstByte.label, rows),
  };
}

function preambleOf(head: HeadSamples['head'], rows: number): Buffer {
  const text = Buffer.from(`${MAGIC}${JSON.stringify({ head, rows })}\n`);
  return Buffer.concat([text, Buffer.alloc(aligned(text.length) - text.length, ' ')]);
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGN_BYTES) * ALIGN_BYTES;
}

function readHeader(path: string, line: string): z.infer<typeof fileHeader> {
  try {
    return fileHeader.parse(JSON.parse(line));
  } catch {
    throw new BadInput(path, 'line 2', 'is no header of samples', REBUILD);
  }
}

function readShared(path: string): Uint8Array<SharedArrayBuffer> {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw new BadInput(path, undefined, `cannot be opened: ${(error as Error).message}`, 'check the path');
  }
  try {
    const bytes = new Uint8Array(new SharedArrayBuffer(fstatSync(descriptor).size));
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(descriptor, bytes, at, Math.min(READ_BYTES, bytes.length - at), at);
      if (read === 0) throw new BadInput(path, undefined, 'became shorter while it was read', REBUILD);
      at += read;
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}
