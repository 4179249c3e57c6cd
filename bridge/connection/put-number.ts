import { decimalText } from '../../shared/market/events/decimal-text.js';

const [MINUS, POINT, ZERO] = [0x2d, 0x2e, 0x30];
const DECIMALS_MAX = 9;
const POWERS = Array.from({ length: DECIMALS_MAX + 1 }, (_, exponent) => 10 ** exponent);
/** So many digits and fewer name a float64 each: no two decimals of that length read as the same one. */
const DIGITS_MAX = 10 ** 15;

/** Bytes that a number takes at most. */
export const NUMBER_BYTES_MAX = 32;

/**
 * Writes a number so that it ends before `end`, as the library and `createIbApi` write it, without making a text of it.
 * The quotient of two integers below 2 ** 53 is the float64 nearest to the decimal; the decimal with the fewest digits
 * that reads as the number is the one that String() writes.
 * @returns where it begins
 */
export function putNumber(bytes: Buffer, end: number, value: number): number {
  const magnitude = Math.abs(value);
  for (let decimals = 0; decimals <= DECIMALS_MAX; decimals++) {
    const power = POWERS[decimals]!;
    const digits = Math.round(magnitude * power);
    if (digits >= DIGITS_MAX) break;
    if (digits / power === magnitude) return putDecimal(bytes, end, digits, decimals, value < 0);
  }
  return putText(bytes, end, Number.isInteger(value) ? String(value) : decimalText(value));
}

/** From the last digit to the first, at least one before the point. */
function putDecimal(bytes: Buffer, end: number, digits: number, decimals: number, isNegative: boolean): number {
  let at = end;
  let left = digits;
  for (let put = 0; put <= decimals || left > 0; put++) {
    if (put === decimals && decimals > 0) bytes[--at] = POINT;
    const next = Math.floor(left / 10);
    bytes[--at] = ZERO + left - 10 * next;
    left = next;
  }
  if (isNegative) bytes[--at] = MINUS;
  return at;
}

/** ASCII. */
function putText(bytes: Buffer, end: number, text: string): number {
  const start = end - text.length;
  bytes.write(text, start, 'latin1');
  return start;
}
