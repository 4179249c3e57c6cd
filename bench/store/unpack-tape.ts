import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { openByteSource } from '../../shared/node/files/byte-source.js';

/** As zstd's own program packs: level 3, one frame, with a checksum. */
export async function packTape(tape: string, target: string): Promise<void> {
  const packing = createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  await pipeline(createReadStream(tape), packing, createWriteStream(target));
}

/** A `.zst` file to its end, as every reader takes its bytes. */
export async function unpackByUs(file: string): Promise<{ bytes: number; seconds: number }> {
  const startMs = performance.now();
  const source = await openByteSource(file);
  const target = new Uint8Array(1 << 20);
  let bytes = 0;
  for (let read = await source.readInto(target, 0); read > 0; read = await source.readInto(target, 0)) bytes += read;
  await source.close();
  return { bytes, seconds: (performance.now() - startMs) / 1000 };
}
