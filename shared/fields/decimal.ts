/**
 * The number that a decimal text stands for; NaN for all that is none: an empty field, `null`, `0x10`, `1_000`, `Infinity`.
 * What is too large for a float64 is Infinity.
 */
export function decimalOf(text: string): number {
  return DECIMAL.test(text) ? Number(text) : Number.NaN;
}

const DECIMAL = /^ *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *$/;
