import { BadInput } from '../../../shared/failure.js';
import type { ByteWindow } from '../byte-window.js';

/** Microseconds from Sierra's epoch, 1899-12-30, to Unix's. */
const EPOCH_US = 2_209_161_600_000_000n;

/** ns since the Unix epoch of a Sierra time (microseconds since 1899-12-30 UTC). */
export function unixNsOf(sierraUs: bigint): bigint {
  return (sierraUs - EPOCH_US) * 1000n;
}

/** What the first bytes of both kinds of files are: magic, size of the header, size of a record. */
export interface SierraLayout {
  readonly magic: string;
  readonly headerBytes: number;
  readonly recordBytes: number;
}

/** Goes on behind the header. @throws BadInput where it is cut off or of another layout */
export async function skipHeader(file: string, window: ByteWindow, layout: SierraLayout): Promise<void> {
  const { headerBytes, recordBytes } = layout;
  if (!(await window.need(headerBytes)))
    throw new BadInput(file, 'header', 'the file ends within it', 'copy the file again from its source');
  const found = [window.bytes.readUInt32LE(window.start + 4), window.bytes.readUInt32LE(window.start + 8)];
  if (found[0] !== headerBytes || found[1] !== recordBytes)
    throw new BadInput(
      file,
      'header',
      `its header has ${found[0]} bytes and its records ${found[1]}, not ${headerBytes} and ${recordBytes}`,
      'give a file of the version that Sierra Chart writes today',
    );
  window.skip(headerBytes);
}

/**
 * The decimal that a price was before it became a float32: the shortest one that gives the same float32. 1.10785 is
 * stored as 1.1078499555587769.
 */
export function decimalOfFloat32(value: number): number {
  if (Number.isInteger(value)) return value;
  for (let digits = 6; digits < 9; digits++) {
    const decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) return decimal;
  }
  return Number(value.toPrecision(9));
}
