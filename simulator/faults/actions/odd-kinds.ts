/** Odd values, one for each way in which a field can be wrong. */
const ODD_PRICES = [
  'offTickPrice',
  'dustPrice',
  'nanPrice',
  'emptyPrice',
  'unsetPrice',
  /** A genuine price of -1.00, with its size. */
  'negativePrice',
  /** Price 0 with size 0: no quote. */
  'zeroQuote',
  /** Price -1 with size 0: no quote. */
  'minusOneQuote',
] as const;
const ODD_SIZES = [
  'negativeSize',
  'fractionalSize',
  'absurdSize',
  'nanSize',
  'emptySize',
  'unsetSize',
  'zeroSize',
] as const;

export const ODD_QUOTES = [...ODD_PRICES, ...ODD_SIZES] as const;
export const ODD_DEPTHS = [
  ...ODD_QUOTES,
  'unknownSide',
  'unknownOperation',
  'farPosition',
  'negativePosition',
  'emptyPosition',
] as const;
export const ODD_TRADES = [...ODD_QUOTES, 'emptyTime', 'ancientTime', 'futureTime'] as const;
export const ODD_EXECUTIONS = [
  'emptyTime',
  'bareTime',
  'zeroShares',
  'fractionalShares',
  'negativeShares',
  'nanShares',
  'unknownSide',
  'emptyExecId',
  'negativePrice',
  'nanPrice',
  'emptyPrice',
  'zeroPermId',
  'emptyOrderRef',
] as const;
export const ODD_STATUSES = [
  'emptyStatus',
  'unknownStatus',
  'emptyFilled',
  'nanFilled',
  'absurdFilled',
  'negativeFilled',
  'fractionalFilled',
  'negativeRemaining',
  'unsetRemaining',
  'zeroPermId',
] as const;
export const ODD_POSITIONS = [
  'emptyPosition',
  'nanPosition',
  'fractionalPosition',
  'absurdPosition',
  'unsetPosition',
  'emptyAccount',
  'unknownAccount',
  'zeroConId',
  'emptyCost',
] as const;

export type OddDepth = (typeof ODD_DEPTHS)[number];
export type OddTrade = (typeof ODD_TRADES)[number];
export type OddQuote = (typeof ODD_QUOTES)[number];
export type OddExecution = (typeof ODD_EXECUTIONS)[number];
export type OddStatus = (typeof ODD_STATUSES)[number];
export type OddPosition = (typeof ODD_POSITIONS)[number];
