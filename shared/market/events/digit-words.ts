// Decimal digits as they lie in memory, four of them in one 32-bit word loaded little-endian: the first is the lowest byte.

const { imul, clz32 } = Math;

/** Zero where all four bytes are ASCII digits. Results of several words can be OR-ed before they are looked at. */
export function strayBits(word: number): number {
  // A byte is a digit where its upper half is 3, and still is when 6 is added.
  return ((word & (word + 0x0606_0606)) ^ 0x3030_3030) & 0xf0f0_f0f0;
}

/** Number that four bytes mean of which the lower halves are 0 to 9, such as four ASCII digits. */
export function valueOfDigits(word: number): number {
  const pairs = (imul(word & 0x0f0f_0f0f, 0xa01) >>> 8) & 0x00ff_00ff;
  return imul(pairs, 0x64_0001) >>> 16;
}

/** ASCII digits at the beginning of a word, 0 to 4. */
export function digitsAhead(word: number): number {
  const values = word ^ 0x3030_3030;
  const marks = (((values & 0x7f7f_7f7f) + 0x7676_7676) | values) & 0x8080_8080;
  return (32 - clz32(~marks & (marks - 1))) >>> 3;
}
