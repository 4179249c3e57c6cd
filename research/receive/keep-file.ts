import { createHash } from 'node:crypto';
import { closeSync, constants, createReadStream, fsyncSync, openSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { BatchFile } from '../../shared/contract/batch.js';
import { BatchRefused } from '../../shared/contract/batch-refusal.js';
import { LineMeter } from '../../shared/node/files/line-meter.js';
import { BadZstdFrame, unpackZstdFrames } from '../../shared/node/files/zstd-frames.js';

const CHUNK_BYTES = 1 << 20;

/**
 * Copies what lies in the landing folder into a file of our own, durably, and stops at the signed size. A copy, and no move: whoever
 * put it there may still hold it open and write to it.
 * @throws BatchRefused truncated, oversize
 */
export async function copyIn(
  landing: string | Buffer,
  target: string,
  { name, size }: BatchFile['packed'],
): Promise<void> {
  // Neither a link is followed nor a pipe waited for.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const source = await open(landing, flags);
  try {
    const stats = await source.stat();
    if (!stats.isFile()) throw new BatchRefused('not-plain', { file: name });
    const kept = openSync(target, 'w');
    try {
      const copied = await copyUpTo(source, kept, size + 1);
      if (copied < size) throw new BatchRefused('truncated', { file: name, size: copied, signed: size });
      if (copied > size) throw new BatchRefused('oversize', { file: name, signed: size });
      fsyncSync(kept);
    } finally {
      closeSync(kept);
    }
  } finally {
    await source.close();
  }
}

async function copyUpTo(source: FileHandle, target: number, bytesMax: number): Promise<number> {
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, bytesMax));
  let copied = 0;
  while (copied < bytesMax) {
    const { bytesRead } = await source.read(chunk, 0, Math.min(chunk.length, bytesMax - copied), copied);
    if (bytesRead === 0) break;
    for (let written = 0; written < bytesRead; )
      written += writeSync(target, chunk, written, bytesRead - written, copied + written);
    copied += bytesRead;
  }
  return copied;
}

/** Takes plain bytes that pass by; throws where they are not what they must be. */
export interface LineCheck {
  take(chunk: Buffer): void;
  finish(): void;
}

/**
 * Whether a file that we hold is what was signed, packed and unpacked: read from where it is kept, in memory that does not grow.
 * @throws BatchRefused
 */
export async function requireSigned(kept: string, { packed, ...file }: BatchFile, lines: LineCheck): Promise<void> {
  await requirePackedHash(kept, packed);
  const meter = new LineMeter();
  let size = 0;
  for await (const chunk of unpacked(kept, packed.name)) {
    size += chunk.length;
    if (size > file.plain.size) throw new BatchRefused('zstd-bomb', { file: packed.name, signed: file.plain.size });
    meter.take(chunk);
    lines.take(chunk);
  }
  const found = meter.finish();
  if (size < file.plain.size)
    throw new BatchRefused('plain-size', { file: packed.name, size, signed: file.plain.size });
  if (found.sha256 !== file.plain.sha256) throw new BatchRefused('plain-hash', { file: packed.name });
  const told = [file.rows, file.first, file.last, true];
  if (JSON.stringify([found.rows, found.first, found.last, found.isWhole]) !== JSON.stringify(told))
    throw new BatchRefused('rows', { file: file.name, found: found.rows, signed: file.rows });
  lines.finish();
}

/**
 * Before a byte of it is unpacked: what unpacks it then sees nothing that a journal key has not signed.
 * @throws BatchRefused packed-hash
 */
export async function requirePackedHash(kept: string, { name, sha256 }: BatchFile['packed']): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(kept, { highWaterMark: CHUNK_BYTES })) hash.update(chunk as Buffer);
  if (hash.digest('hex') !== sha256) throw new BatchRefused('packed-hash', { file: name });
}

async function* unpacked(kept: string, name: string): AsyncGenerator<Buffer> {
  const packed = createReadStream(kept, { highWaterMark: CHUNK_BYTES });
  try {
    for await (const chunk of unpackZstdFrames(packed, CHUNK_BYTES))
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  } catch (error) {
    const isDamage =
      error instanceof BadZstdFrame || (error as NodeJS.ErrnoException).code?.startsWith('ZSTD_error') === true;
    throw isDamage ? new BatchRefused('zstd-malformed', { file: name, cause: (error as Error).message }) : error;
  } finally {
    packed.destroy();
  }
}
