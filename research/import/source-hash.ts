import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/** sha256 of a part of a file; to its end where `toByte` is absent. */
export async function hashOfBytes(
  file: string,
  fromByte = 0,
  toByte?: number,
): Promise<{ sha256: string; toByte: number }> {
  const hash = createHash('sha256');
  let at = fromByte;
  if (toByte === undefined || toByte > fromByte) {
    const end = toByte === undefined ? undefined : toByte - 1;
    for await (const chunk of createReadStream(file, { start: fromByte, end, highWaterMark: 1 << 20 })) {
      hash.update(chunk as Buffer);
      at += (chunk as Buffer).length;
    }
  }
  return { sha256: hash.digest('hex'), toByte: at };
}

export async function sizeOf(file: string): Promise<number> {
  const handle = await open(file, 'r');
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}
