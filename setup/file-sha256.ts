import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** Smaller files are read at once: of a bundle nearly all are, and a stream for each takes ten times as long. */
const WHOLE_BYTES_MAX = 1 << 20;

/** Lower-case hex sha256 of a file's bytes; undefined where the file does not exist. */
export async function fileSha256(file: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    if ((await stat(file)).size <= WHOLE_BYTES_MAX) hash.update(await readFile(file));
    else await pipeline(createReadStream(file, { highWaterMark: WHOLE_BYTES_MAX }), hash);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return hash.digest('hex');
}
