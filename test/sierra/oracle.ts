import type { Levels, SegmentTrade } from './segment-events.js';

/*
 * What files of Sierra Chart hold, read once more and as plainly as can be, from the description of their layout alone: the
 * judge of the follower and of the importer.
 */

const EPOCH_US = 2_209_161_600_000_000n;
const COUNT_MAX = 2 ** 31 - 1;
export interface OracleRules {
  /** Times can be dated from here to there, microseconds since the Unix epoch. */
  readonly fromUs: number;
  readonly beforeUs: number;
  /** What a price in the file is to whoever reads it; null where it is none. */
  readonly priceOf: (price: number) => number | null;
}

/** null: no such file, for its header is another one; 'short': the header is not all there. */
function recordsOf(bytes: Buffer, magic: string, headerBytes: number, recordBytes: number) {
  if (bytes.length < headerBytes) return 'short';
  const isOne =
    bytes.toString('latin1', 0, 4) === magic &&
    bytes.readUInt32LE(4) === headerBytes &&
    bytes.readUInt32LE(8) === recordBytes;
  if (!isOne) return null;
  const count = Math.floor((bytes.length - headerBytes) / recordBytes);
  return Array.from({ length: count }, (_, i) =>
    bytes.subarray(headerBytes + i * recordBytes, headerBytes + (i + 1) * recordBytes),
  );
}

function usOf(record: Buffer, { fromUs, beforeUs }: OracleRules): number | null {
  const us = record.readBigInt64LE(0) - EPOCH_US;
  return us >= BigInt(fromUs) && us < BigInt(beforeUs) ? Number(us) : null;
}

export interface OracleTick extends SegmentTrade {
  readonly price: number;
}

/** Good records in their order; `ticks` is what `priceOf` says. */
export function ticksBy(bytes: Buffer, rules: OracleRules): OracleTick[] | null | 'short' {
  const records = recordsOf(bytes, 'SCID', 56, 40);
  if (records === null || records === 'short') return records;
  return records.flatMap((record): OracleTick[] => {
    const us = usOf(record, rules);
    const open = record.readUInt32LE(8);
    // +0, -0, and the two numbers that mark the first and the last of an unbundled trade.
    const isTick = [0, 0x8000_0000, bitsOf(-1.99900095e37), bitsOf(-1.99900197e37)].includes(open);
    const price = record.readFloatLE(20);
    const size = Math.abs(price);
    const isPrice = size === 0 || (size >= 1e-9 && size < 1e9);
    const [trades, volume, bid, ask] = [24, 28, 32, 36].map((at) => record.readUInt32LE(at));
    if (us === null || !isTick || !isPrice || Math.max(trades!, volume!, bid!, ask!) > COUNT_MAX) return [];
    const ticks = rules.priceOf(price);
    if (ticks === null) return [];
    const side = ask! > 0 && bid === 0 ? 1 : bid! > 0 && ask === 0 ? 0 : 2;
    return [{ us, ticks, price, size: volume!, side }];
  });
}

export interface OracleBook {
  readonly us: number;
  readonly levels: Levels;
}

/** The first ten levels after every record that is good (and the time of that), and after every batch (and the newest time of that). */
export function booksBy(
  bytes: Buffer,
  rules: OracleRules,
): { records: OracleBook[]; batches: OracleBook[] } | null | 'short' {
  const records = recordsOf(bytes, 'SCDD', 64, 24);
  if (records === null || records === 'short') return records;
  const sides = [new Map<number, number>(), new Map<number, number>()] as const;
  const found: { records: OracleBook[]; batches: OracleBook[] } = { records: [], batches: [] };
  // Of the batch that has no end yet, nothing counts for whoever takes whole batches.
  let [newestUs, batchUs] = [0, 0];
  for (const record of records) {
    const us = usOf(record, rules);
    if (us !== null) batchUs = Math.max(batchUs, us);
    if (us !== null && applied(record, sides, rules)) found.records.push({ us, levels: topTen(sides) });
    if ((record[9]! & 1) === 0) continue;
    newestUs = Math.max(newestUs, batchUs);
    batchUs = 0;
    found.batches.push({ us: newestUs, levels: topTen(sides) });
  }
  return found;
}

function applied(
  record: Buffer,
  sides: readonly [Map<number, number>, Map<number, number>],
  rules: OracleRules,
): boolean {
  const [command, size] = [record[8]!, record.readUInt32LE(16)];
  if (command > 7 || size > COUNT_MAX) return false;
  if (command === 1) for (const side of sides) side.clear();
  if (command < 2) return true;
  const price = rules.priceOf(record.readFloatLE(12));
  if (price === null) return false;
  const side = sides[command === 2 || command === 4 || command === 6 ? 1 : 0];
  if (command >= 6 || size === 0) side.delete(price);
  else side.set(price, size);
  return true;
}

function topTen(sides: readonly [Map<number, number>, Map<number, number>]): Levels {
  return sides.map((side, i) => [...side].sort(([a], [b]) => (i === 0 ? a - b : b - a)).slice(0, 10));
}

function bitsOf(value: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes.readUInt32LE();
}

/** Prices in hundredths on ticks of a quarter: multiples of 25, as whole ticks. */
export function quarterTicks(price: number): number | null {
  return price % 25 === 0 && Math.abs(price / 25) < 2 ** 31 ? price / 25 + 0 : null;
}

/** The decimal that the float32 stands for. */
export function decimalOf(price: number): number {
  if (Number.isInteger(price)) return price + 0;
  for (let digits = 1; digits < 9; digits++)
    if (Math.fround(Number(price.toPrecision(digits))) === price) return Number(price.toPrecision(digits));
  return Number(price.toPrecision(9));
}
