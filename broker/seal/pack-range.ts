import { createHash, type Hash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, type ZstdOptions } from 'node:zlib';
import { LineMeter, type Metered } from '../../shared/node/files/line-meter.js';
import { SealSourceChanged } from './seal-failure.js';

const CHUNK_BYTES = 1 << 20;
const CHUNKS_AHEAD = 4;

export interface PackedRange {
  readonly plain: Metered;
  readonly packed: { readonly size: number; readonly sha256: string };
}

/**
 * Packs bytes `from` to `to` of a file into `target`, as one zstd frame, and waits until the disk has them: one pass over the
 * bytes, in memory that does not grow, for counting, hashing and packing.
 * @throws SealSourceChanged where there are fewer bytes; the system error
 */
export async function packRange(range: {
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly target: string;
}): Promise<PackedRange> {
  const source = await open(range.file, 'r');
  try {
    const meter = new LineMeter();
    const sink = new HashedFile(range.target);
    try {
      await pipeline(bytesOf(source, range, meter), compressor(), sink);
    } finally {
      sink.close();
    }
    return { plain: meter.finish(), packed: { size: sink.size, sha256: sink.hash.digest('hex') } };
  } finally {
    await source.close();
  }
}

/** Takes some chunks ahead: while it packs one, on a thread of its own, the next is read, counted and hashed. */
function compressor() {
  const options: ZstdOptions & { writableHighWaterMark: number } = {
    chunkSize: CHUNK_BYTES,
    params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
    writableHighWaterMark: CHUNKS_AHEAD * CHUNK_BYTES,
  };
  return createZstdCompress(options);
}

async function* bytesOf(
  source: FileHandle,
  { file, from, to }: { readonly file: string; readonly from: number; readonly to: number },
  meter: LineMeter,
): AsyncGenerator<Buffer> {
  for (let at = from; at < to; ) {
    // A buffer of its own for each chunk: the compressor still reads the last one.
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, to - at));
    const { bytesRead } = await source.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0)
      throw new SealSourceChanged(file, `has no more than ${at} bytes while ${to} were there before`);
    at += bytesRead;
    const read = chunk.subarray(0, bytesRead);
    meter.take(read);
    yield read;
  }
}

/** Writes and hashes. Its last act is to wait for the disk. */
class HashedFile extends Writable {
  readonly hash: Hash = createHash('sha256');
  size = 0;
  private readonly descriptor: number;
  private isClosed = false;

  constructor(file: string) {
    super({ highWaterMark: CHUNK_BYTES });
    this.descriptor = openSync(file, 'w');
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    try {
      for (let written = 0; written < chunk.length; )
        written += writeSync(this.descriptor, chunk, written, chunk.length - written, this.size + written);
      this.hash.update(chunk);
      this.size += chunk.length;
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _final(done: (error?: Error) => void): void {
    try {
      fsyncSync(this.descriptor);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    closeSync(this.descriptor);
  }
}
