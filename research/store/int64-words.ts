// An int64 column holds two 32-bit words a row, the low one first.

/** A whole number up to 2^53. */
export function storeInteger(words: Int32Array, row: number, value: number): void {
  words[2 * row] = value | 0;
  words[2 * row + 1] = Math.floor(value / 2 ** 32);
}

export function storeInt64(words: Int32Array, row: number, value: bigint): void {
  words[2 * row] = Number(BigInt.asIntN(32, value));
  words[2 * row + 1] = Number(value >> 32n);
}

/** Times that count from a base, made absolute without a bigint for each. */
export class SplitNs {
  /** The base in ms since the epoch. */
  readonly baseMs: number;
  private readonly baseHigh: number;
  private readonly baseLow: number;

  /** @param baseNs ns since the epoch */
  constructor(baseNs: bigint) {
    this.baseMs = Number(baseNs / 1_000_000n);
    this.baseHigh = Number(baseNs >> 32n);
    this.baseLow = Number(baseNs & 0xffff_ffffn);
  }

  /** @param sinceBaseNs not negative */
  store(words: Int32Array, row: number, sinceBaseNs: number): void {
    const low = this.baseLow + sinceBaseNs;
    words[2 * row] = low | 0;
    words[2 * row + 1] = this.baseHigh + Math.floor(low / 2 ** 32);
  }
}
