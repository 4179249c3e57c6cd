// The bytes of a line as depth-line.ts writes it.

export const ZERO = 48;
export const LF = 10;
export const CR = 13;
export const QUOTE = 34;
export const MINUS = 45;
export const DOT = 46;
export const COLON = 58;
export const BRACE = 125;

// The fixed parts of a line, as the numbers that a little-endian load of their ASCII bytes gives. Eight ASCII bytes
// are never NaN or zero as float64, so equality of the numbers is equality of the bytes.
export const KIND = eight('{"kind":');
export const DEPTH = eight('"depth",');
export const TRADE = eight('"trade",');
export const TIME = eight('","ts":"');
export const SEQ = eight('","seq":');
export const OP_1 = four(',"op');
export const OP_2 = four('op":');
export const SIDE = eight(',"side":');
export const POSITION_1 = eight(',"positi');
export const POSITION_2 = four('on":');
export const PRICE = eight(',"price"');
export const SIZE = eight(',"size":');
export const LAST = eight(',"last":');
export const TRUE = four('true');
export const FALSE_1 = four('fals');
export const FALSE_2 = four('lse}');
export const AGGRESSOR_1 = eight(',"aggres');
export const AGGRESSOR_2 = eight('ressor":');
export const BUY = four('"buy');
export const SELL_1 = four('"sel');
export const SELL_2 = four('ll"}');
export const NULL = four('null');

function eight(text: string): number {
  return Buffer.from(text, 'latin1').readDoubleLE(0);
}

function four(text: string): number {
  return Buffer.from(text, 'latin1').readInt32LE(0);
}

/** Value of four ASCII digits loaded little-endian; -1 where one of them is no digit. */
export function fourDigits(word: number): number {
  if (((word & 0xf0f0f0f0) | 0) !== 0x30303030 || (((word + 0x06060606) & 0xf0f0f0f0) | 0) !== 0x30303030) return -1;
  const digits = word - 0x30303030;
  const pairs = (digits * 10 + (digits >>> 8)) & 0x00ff00ff;
  return (pairs & 0xff) * 100 + (pairs >>> 16);
}
