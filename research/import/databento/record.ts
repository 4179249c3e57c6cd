/** Record types that are stored; the others are counted. */
export const Rtype = { trade: 0, mbp1: 1, mbp10: 10, definition: 0x13, symbolMapping: 0x16, mbo: 0xa0 } as const;

/** Types of DBN that say nothing of book, trades, bars and contracts: status, imbalance, error, system, statistics, consolidated quotes. */
export const NOT_STORED: ReadonlySet<number> = new Set([
  0x11, 0x12, 0x14, 0x15, 0x17, 0x18, 0xb1, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4,
]);

/** Seconds of a bar, by record type. */
export const BAR_SECONDS: Readonly<Record<number, number>> = { 32: 1, 33: 60, 34: 3600, 35: 86_400, 36: 86_400 };

/** Smallest record of a type, in bytes. */
export const RECORD_BYTES_MIN: Readonly<Record<number, number>> = {
  [Rtype.trade]: 48,
  [Rtype.mbp1]: 80,
  [Rtype.mbp10]: 368,
  [Rtype.definition]: 360,
  [Rtype.symbolMapping]: 76,
  [Rtype.mbo]: 56,
  ...Object.fromEntries(Object.keys(BAR_SECONDS).map((rtype) => [rtype, 56])),
};

/** Action and side letters, as codes of the store's columns; -1 where they are none. */
export const ACTION_CODE = codesOf('ACMRTFN');
export const SIDE_CODE = codesOf('ABN');

function codesOf(letters: string): Int8Array {
  const codes = new Int8Array(256).fill(-1);
  for (let i = 0; i < letters.length; i++) codes[letters.charCodeAt(i)] = i;
  return codes;
}

const HIGH_WORD_MAX = 2 ** 21;

/** Header and fields of one record in a buffer: offsets are those of the DBN structs. */
export class RecordView {
  private at = 0;

  constructor(readonly bytes: Buffer) {}

  move(at: number): void {
    this.at = at;
  }

  get length(): number {
    return this.bytes[this.at]! * 4;
  }

  get rtype(): number {
    return this.bytes[this.at + 1]!;
  }

  get publisherId(): number {
    return this.bytes.readUInt16LE(this.at + 2);
  }

  get instrumentId(): number {
    return this.bytes.readUInt32LE(this.at + 4);
  }

  byte(offset: number): number {
    return this.bytes[this.at + offset]!;
  }

  int32(offset: number): number {
    return this.bytes.readInt32LE(this.at + offset);
  }

  uint32(offset: number): number {
    return this.bytes.readUInt32LE(this.at + offset);
  }

  int64(offset: number): bigint {
    return this.bytes.readBigInt64LE(this.at + offset);
  }

  /** ns since the epoch; null where undefined. */
  time(offset: number): bigint | null {
    const ns = this.int64(offset);
    return ns === -1n ? null : ns;
  }

  /** It is a time, and one that int64 does not hold: beyond the year 2262. */
  isTimeBeyond(offset: number): boolean {
    return this.int32(offset + 4) < 0 && this.int64(offset) !== -1n;
  }

  /** Milliseconds since the epoch of a time; NaN where undefined or beyond. */
  ms(offset: number): number {
    const high = this.int32(offset + 4);
    return high < 0 ? Number.NaN : (high * 2 ** 32 + this.uint32(offset)) / 1e6;
  }

  /** Units of 1e-9; NaN where undefined, or beyond what is asked with `isPriceBeyond`. */
  price(offset: number): number {
    const high = this.int32(offset + 4);
    return high >= HIGH_WORD_MAX || high < -HIGH_WORD_MAX ? Number.NaN : high * 2 ** 32 + this.uint32(offset);
  }

  /** It is a price, and one that float64 does not hold to the unit: beyond 2^53 of them, nine million points. */
  isPriceBeyond(offset: number): boolean {
    const high = this.int32(offset + 4);
    if (high < HIGH_WORD_MAX && high >= -HIGH_WORD_MAX) return false;
    return high !== 0x7fff_ffff || this.uint32(offset) !== 0xffff_ffff;
  }

  /** An order id: a number where it is exact as one. */
  id(offset: number): number | bigint {
    const high = this.uint32(offset + 4);
    return high < 2 ** 21 ? high * 2 ** 32 + this.uint32(offset) : this.bytes.readBigUInt64LE(this.at + offset);
  }

  slice(offset: number, bytes: number): Buffer {
    return this.bytes.subarray(this.at + offset, this.at + offset + bytes);
  }

  hex(): string {
    return this.bytes.toString('hex', this.at, this.at + this.length);
  }
}
