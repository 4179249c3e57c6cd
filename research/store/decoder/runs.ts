import { Damage } from './page-faults.js';

/** What values are decoded into, and dictionaries are made of. */
export type Numbers = Float64Array | Int32Array | Uint8Array;

/**
 * Codes in Parquet's RLE / bit-packing hybrid: runs of one code, and groups of eight codes of `bitWidth` bits each, lowest
 * bit first (https://parquet.apache.org/docs/file-format/data-pages/encodings/). Half of the time of reading is spent here.
 */
export class Runs {
  private at = 0;
  /** Of the run being read: how many codes are left, whether they are packed, and if not, which code it is. */
  private left = 0;
  private isPacked = false;
  private code = 0;
  /** Where in `bytes` the next packed code begins. */
  private bit = 0;
  private readonly words: DataView;

  /** @throws Damage */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly bitWidth: number,
  ) {
    if (bitWidth > BIT_WIDTH_MAX) throw new Damage(`codes of ${bitWidth} bits`);
    this.words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /**
   * Fills the rows from `from` up to `to` with the values that the next codes stand for.
   * @throws Damage where the runs end too early, or a code stands for nothing
   */
  expand<T extends Numbers>(dictionary: T, out: T, from: number, to: number): void {
    for (let row = from; row < to; ) {
      if (this.left === 0) this.begin();
      const end = Math.min(row + this.left, to);
      const fault = this.isPacked
        ? unpack(this.words, this.bit, this.bitWidth, dictionary, out, row, end)
        : repeat(this.code, dictionary, out, row, end);
      if (fault < 0) throw new Damage(`a code of a value that is not among the ${dictionary.length}`);
      this.skip(end - row);
      row = end;
    }
  }

  /** Codes of one bit: takes those that are alike, `max` at most. @returns how many; negative where they are 0 */
  takeAlike(max: number): number {
    if (this.left === 0) this.begin();
    const limit = Math.min(this.left, max);
    const code = this.isPacked ? bitAt(this.bytes, this.bit) : this.code;
    const count = this.isPacked ? alikeBits(this.bytes, this.bit, limit) : limit;
    this.skip(count);
    return code === 0 ? -count : count;
  }

  private skip(count: number): void {
    this.left -= count;
    if (this.isPacked) this.bit += count * this.bitWidth;
  }

  private begin(): void {
    const { bytes, bitWidth } = this;
    const header = this.header();
    const length = header >>> 1;
    const start = this.at;
    this.isPacked = (header & 1) === 1;
    this.at += this.isPacked ? length * bitWidth : (bitWidth + 7) >> 3;
    if (length === 0 || this.at > bytes.length) throw new Damage('a run is cut off');
    this.left = this.isPacked ? 8 * length : length;
    this.bit = 8 * start;
    if (this.isPacked) return;
    this.code = 0;
    for (let at = this.at - 1; at >= start; at--) this.code = (this.code << 8) | bytes[at]!;
  }

  /** What a run begins with: its length, and in the lowest bit whether it is packed. */
  private header(): number {
    let header = 0;
    for (let shift = 0; this.at < this.bytes.length && shift < 32; shift += 7) {
      const byte = this.bytes[this.at++]!;
      header |= (byte & 127) << shift;
      if (byte < 128) return header;
    }
    throw new Damage('the runs of a page end too early');
  }
}

/** So that a code, and the bits before it in its first byte, fit into a word. */
const BIT_WIDTH_MAX = 24;
/** Below it, a loop is faster than `fill`. */
const FILL_ROWS_MIN = 48;

/** @returns negative where the code stands for nothing */
function repeat<T extends Numbers>(code: number, dictionary: T, out: T, from: number, to: number): number {
  const value = dictionary[code]!;
  if (to - from >= FILL_ROWS_MIN) out.fill(value, from, to);
  else for (let i = from; i < to; i++) out[i] = value;
  return dictionary.length - 1 - code;
}

/**
 * As many codes at a time as lie in a word of four bytes, wherever they begin in a byte.
 * @returns negative where a code stands for nothing
 */
function unpack<T extends Numbers>(
  words: DataView,
  firstBit: number,
  bitWidth: number,
  dictionary: T,
  out: T,
  from: number,
  to: number,
): number {
  const mask = (1 << bitWidth) - 1;
  const lastCode = dictionary.length - 1;
  const wordsEndBit = 8 * (words.byteLength - 3);
  let fault = 0;
  let bit = firstBit;
  let i = from;
  if (bitWidth <= 6)
    for (; i + 4 <= to && bit < wordsEndBit; i += 4, bit += 4 * bitWidth) {
      const word = words.getInt32(bit >> 3, true) >>> (bit & 7);
      const a = word & mask;
      const b = (word >>> bitWidth) & mask;
      const c = (word >>> (2 * bitWidth)) & mask;
      const d = (word >>> (3 * bitWidth)) & mask;
      out[i] = dictionary[a]!;
      out[i + 1] = dictionary[b]!;
      out[i + 2] = dictionary[c]!;
      out[i + 3] = dictionary[d]!;
      fault |= (lastCode - a) | (lastCode - b) | (lastCode - c) | (lastCode - d);
    }
  else if (bitWidth <= 12)
    for (; i + 2 <= to && bit < wordsEndBit; i += 2, bit += 2 * bitWidth) {
      const word = words.getInt32(bit >> 3, true) >>> (bit & 7);
      const a = word & mask;
      const b = (word >>> bitWidth) & mask;
      out[i] = dictionary[a]!;
      out[i + 1] = dictionary[b]!;
      fault |= (lastCode - a) | (lastCode - b);
    }
  for (; i < to; i++, bit += bitWidth) {
    const word = bit < wordsEndBit ? words.getInt32(bit >> 3, true) >>> (bit & 7) : lastWord(words, bit);
    const code = word & mask;
    out[i] = dictionary[code]!;
    fault |= lastCode - code;
  }
  return fault;
}

/** Near the end of a page, where no whole word is left. */
function lastWord(words: DataView, bit: number): number {
  let word = 0;
  for (let at = words.byteLength - 1; at >= bit >> 3; at--) word = (word << 8) | words.getUint8(at);
  return word >>> (bit & 7);
}

/** How many bits are like the first, up to `max`. */
function alikeBits(bytes: Uint8Array, firstBit: number, max: number): number {
  const bit = bitAt(bytes, firstBit);
  const endBit = firstBit + max;
  let at = firstBit + 1;
  while (at < endBit && (at & 7) !== 0 && bitAt(bytes, at) === bit) at++;
  if ((at & 7) === 0) while (at + 8 <= endBit && bytes[at >> 3] === (bit === 1 ? 0xff : 0)) at += 8;
  while (at < endBit && bitAt(bytes, at) === bit) at++;
  return at - firstBit;
}

function bitAt(bytes: Uint8Array, bit: number): number {
  return (bytes[bit >> 3]! >> (bit & 7)) & 1;
}
