/** How a product's last trading day follows from its contract month; holidays are not considered. */
export type ExpiryRule =
  | 'third-friday'
  | 'two-business-days-before-third-wednesday'
  | 'three-business-days-before-25th-of-month-before'
  | 'third-last-business-day'
  | 'eighth-last-business-day';

/** One futures product as IB names it. */
export interface Product {
  /** IB's symbol of the underlying. */
  readonly symbol: string;
  readonly tradingClass: string;
  readonly exchange: string;
  readonly longName: string;
  readonly multiplier: number;
  /** Price of one tick in contract points. */
  readonly tickSize: number;
  /** Months listed, as futures month codes. */
  readonly months: string;
  readonly expiry: ExpiryRule;
  /** Initial margin of one contract in the account's currency: a round figure, not the exchange's of any day. */
  readonly initialMargin: number;
}

/** Futures month codes, January first. */
export const MONTH_CODES = 'FGHJKMNQUVXZ';
const QUARTERLY = 'HMUZ';

const product = (
  symbol: string,
  tradingClass: string,
  exchange: string,
  longName: string,
  multiplier: number,
  tickSize: number,
  months: string,
  expiry: ExpiryRule,
  initialMargin: number,
): Product => ({ symbol, tradingClass, exchange, longName, multiplier, tickSize, months, expiry, initialMargin });

export const PRODUCTS: readonly Product[] = [
  product('ES', 'ES', 'CME', 'E-mini S&P 500', 50, 0.25, QUARTERLY, 'third-friday', 16000),
  product('MES', 'MES', 'CME', 'Micro E-Mini S&P 500', 5, 0.25, QUARTERLY, 'third-friday', 1600),
  product('NQ', 'NQ', 'CME', 'E-mini NASDAQ 100', 20, 0.25, QUARTERLY, 'third-friday', 24000),
  product('MNQ', 'MNQ', 'CME', 'Micro E-Mini Nasdaq-100', 2, 0.25, QUARTERLY, 'third-friday', 2400),
  product('RTY', 'RTY', 'CME', 'E-Mini Russell 2000', 50, 0.1, QUARTERLY, 'third-friday', 8000),
  product('M2K', 'M2K', 'CME', 'Micro E-Mini Russell 2000', 5, 0.1, QUARTERLY, 'third-friday', 800),
  product('YM', 'YM', 'CBOT', 'Mini Dow Jones Industrial Average', 5, 1, QUARTERLY, 'third-friday', 10000),
  product('MYM', 'MYM', 'CBOT', 'Micro E-Mini Dow Jones', 0.5, 1, QUARTERLY, 'third-friday', 1000),
  product(
    'EUR',
    '6E',
    'CME',
    'European Monetary Union Euro',
    125000,
    0.00005,
    QUARTERLY,
    'two-business-days-before-third-wednesday',
    2800,
  ),
  product(
    'GBP',
    '6B',
    'CME',
    'British pound',
    62500,
    0.0001,
    QUARTERLY,
    'two-business-days-before-third-wednesday',
    2300,
  ),
  product(
    'JPY',
    '6J',
    'CME',
    'Japanese yen',
    12500000,
    0.0000005,
    QUARTERLY,
    'two-business-days-before-third-wednesday',
    3300,
  ),
  product(
    'CL',
    'CL',
    'NYMEX',
    'Light Sweet Crude Oil',
    1000,
    0.01,
    MONTH_CODES,
    'three-business-days-before-25th-of-month-before',
    7000,
  ),
  product(
    'MCL',
    'MCL',
    'NYMEX',
    'Micro WTI Crude Oil',
    100,
    0.01,
    MONTH_CODES,
    'three-business-days-before-25th-of-month-before',
    700,
  ),
  product('GC', 'GC', 'COMEX', 'Gold', 100, 0.1, 'GJMQVZ', 'third-last-business-day', 14000),
  product('MGC', 'MGC', 'COMEX', 'E-Micro Gold', 10, 0.1, 'GJMQVZ', 'third-last-business-day', 1400),
  product('ZN', 'ZN', 'CBOT', '10 Year US Treasury Note', 1000, 0.015625, QUARTERLY, 'eighth-last-business-day', 2200),
  product('ZB', 'ZB', 'CBOT', '30 Year US Treasury Bond', 1000, 0.03125, QUARTERLY, 'eighth-last-business-day', 4200),
];
