import { BadInput } from '../../failure.js';

/** What a kind of Sierra Chart's files begins with, and how long its records are. */
export interface SierraLayout {
  readonly magic: string;
  readonly headerBytes: number;
  readonly recordBytes: number;
}

/** Intraday data: `<symbol>.scid`. */
export const SCID: SierraLayout = { magic: 'SCID', headerBytes: 56, recordBytes: 40 };
/** Market depth, one file a UTC date: `<symbol>.<date>.depth`. */
export const DEPTH: SierraLayout = { magic: 'SCDD', headerBytes: 64, recordBytes: 24 };

/** Microseconds from Sierra's epoch, 1899-12-30, to Unix's. */
export const EPOCH_US = 2_209_161_600_000_000;
/** How far from 1970 a time may lie: Sierra's own count of it, too, is exact as a number up to here. */
const US_MAX = 2 ** 53 - EPOCH_US;

/** @param head its first bytes @throws BadInput where it is no such file, is cut off within its header, or of another layout */
export function requireLayout(file: string, head: Buffer, { magic, headerBytes, recordBytes }: SierraLayout): void {
  if (head.toString('latin1', 0, magic.length) !== magic)
    throw new BadInput(
      file,
      'header',
      `does not begin with ${magic}`,
      `give a file that Sierra Chart wrote, of the kind ${magic}`,
    );
  if (head.length < headerBytes)
    throw new BadInput(file, 'header', 'the file ends within it', 'copy the file again from its source');
  const found = [head.readUInt32LE(4), head.readUInt32LE(8)];
  if (found[0] !== headerBytes || found[1] !== recordBytes)
    throw new BadInput(
      file,
      'header',
      `its header has ${found[0]} bytes and its records ${found[1]}, not ${headerBytes} and ${recordBytes}`,
      'give a file of the version that Sierra Chart writes today',
    );
}

/** Time of a record: microseconds since the Unix epoch; NaN where it lies too far away to be one. */
export function unixUsAt(bytes: Buffer, at: number): number {
  const us = bytes.readInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at) - EPOCH_US;
  return Math.abs(us) < US_MAX ? us : Number.NaN;
}

/**
 * The decimal that a price was before it became a float32: the shortest one that gives the same float32. 1.10785 is
 * stored as 1.1078499555587769.
 */
export function decimalOfFloat32(value: number): number {
  // There is one zero: a price has no sign of its own there.
  if (Number.isInteger(value)) return value + 0;
  for (let digits = 6; digits < 9; digits++) {
    const decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) return decimal;
  }
  return Number(value.toPrecision(9));
}

/** Points of a price in a file. @param scale what one unit there is worth, e.g. 0.01 */
export function pointsOf(price: number, scale: number): number {
  const decimal = decimalOfFloat32(price);
  return scale === 1 ? decimal : Number((decimal * scale).toPrecision(12));
}

/** Sierra Chart's prices have no bound of their own; nothing is traded beyond these. What is smaller is another kind of number. */
export function isPrice(value: number): boolean {
  const size = Math.abs(value);
  return size === 0 || (size >= PRICE_MIN && size < PRICE_MAX);
}

const PRICE_MIN = 1e-9;
const PRICE_MAX = 1e9;
