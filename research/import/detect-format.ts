import { BadInput } from '../../shared/failure.js';
import { byteOrderMarkBytes } from '../../shared/fields/byte-order-mark.js';
import { openByteSource } from '../../shared/node/files/byte-source.js';
import type { Format } from './format.js';
import { FORMATS } from './formats.js';

const HEAD_BYTES = 64 * 1024;

export interface DetectedFormat {
  readonly format: Format;
  /** The first bytes of the unpacked file. */
  readonly head: Buffer;
  /** The file on disk is gzip or zstd. */
  readonly isPacked: boolean;
}

/** What kind of file this is, by its content. @throws BadInput where it is none that can be imported */
export async function detectFormat(file: string): Promise<DetectedFormat> {
  const { head, isPacked } = await headOf(file);
  const format = FORMATS.find((one) => one.recognises(head));
  if (format) return { format, head, isPacked };
  const known = FORMATS.map(({ name }) => name).join(', ');
  throw new BadInput(file, undefined, 'is of no known kind', `give one of: ${known}; plain, gzip or zstd`);
}

async function headOf(file: string): Promise<Omit<DetectedFormat, 'format'>> {
  const source = await openByteSource(file);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    let filled = 0;
    while (filled < head.length) {
      const read = await source.readInto(head, filled);
      if (read === 0) break;
      filled += read;
    }
    return { head: head.subarray(byteOrderMarkBytes(head), filled), isPacked: source.isPacked };
  } finally {
    await source.close();
  }
}
