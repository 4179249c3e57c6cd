import { gunzipSync, inflateRawSync } from 'node:zlib';
import { ReleaseRefused } from './refusal.js';

/**
 * Unpacks exactly one gzip member, and stops at `bytesMax`. Readers of gzip differ in what they make of header fields,
 * further members and bytes behind the end; so only the form that `packArchive` writes is taken, and nothing may follow.
 * @throws ReleaseRefused
 */
export function gunzipOneMember(packed: Buffer, bytesMax: number): Buffer {
  if (packed.length < HEADER.length + TRAILER_BYTES || !packed.subarray(0, HEADER.length).equals(HEADER)) {
    throw new ReleaseRefused('gzip-malformed', { part: 'header' });
  }
  const end = HEADER.length + deflatedSizeBytes(packed.subarray(HEADER.length), bytesMax) + TRAILER_BYTES;
  if (packed.length > end) {
    const again = packed.subarray(end, end + 2).equals(HEADER.subarray(0, 2));
    throw new ReleaseRefused(again ? 'second-gzip-member' : 'trailing-bytes', { bytes: packed.length - end });
  }
  try {
    // Now that it is one member of bounded size: once more with the library's own check of CRC and length.
    return gunzipSync(packed, { maxOutputLength: bytesMax });
  } catch (error) {
    throw new ReleaseRefused('gzip-malformed', { part: 'trailer', cause: (error as Error).message });
  }
}

/** RFC 1952: magic, deflate, no flags, no time, best compression, unknown system. */
const HEADER = Buffer.from('1f8b08000000000002ff', 'hex');
/** CRC-32 and length. */
const TRAILER_BYTES = 8;

/** How many bytes the deflate stream at the start of `bytes` takes. */
function deflatedSizeBytes(bytes: Buffer, bytesMax: number): number {
  try {
    const inflated = inflateRawSync(bytes, { maxOutputLength: bytesMax, info: true });
    return (inflated as unknown as { engine: { bytesWritten: number } }).engine.bytesWritten;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new ReleaseRefused('archive-bomb', { signedBytesMax: bytesMax });
    throw new ReleaseRefused('gzip-malformed', { part: 'content', cause: message });
  }
}
