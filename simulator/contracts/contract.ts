import { TickScale } from '../../shared/market/events/tick-scale.js';
import { lastTradingDay } from './expiry.js';
import { MONTH_CODES, PRODUCTS, type Product } from './product.js';

/** One listed future. Prices inside the simulator are whole ticks of it. */
export interface FutureContract {
  readonly conId: number;
  readonly product: Product;
  /** Exchange symbol with month code and year digit, such as ESU9. */
  readonly localSymbol: string;
  /** yyyymm */
  readonly contractMonth: string;
  /** yyyymmdd */
  readonly lastTradingDay: string;
  /** Price of one tick in contract points. */
  readonly tickSize: number;
  /** Currency units per contract point. */
  readonly multiplier: number;
}

export function createContract(product: Product, year: number, month: number): FutureContract {
  const localSymbol = `${product.tradingClass}${MONTH_CODES[month - 1]}${year % 10}`;
  const contractMonth = `${year}${String(month).padStart(2, '0')}`;
  return {
    conId: conIdOf(`${product.tradingClass}${contractMonth}`),
    product,
    localSymbol,
    contractMonth,
    lastTradingDay: lastTradingDay(product.expiry, year, month),
    tickSize: product.tickSize,
    multiplier: product.multiplier,
  };
}

/**
 * The contract that an exchange symbol such as ESU9 or ESZ5 meant at `atMs`: its year digit is the first year from
 * then on whose contract has not yet expired. Undefined for an unknown product or month.
 */
export function contractOfLocalSymbol(localSymbol: string, atMs: number): FutureContract | undefined {
  const match = /^(.{1,4})([FGHJKMNQUVXZ])(\d{1,2})$/.exec(localSymbol);
  const product = PRODUCTS.find((candidate) => candidate.tradingClass === match?.[1]);
  if (!match || !product) return undefined;
  const month = MONTH_CODES.indexOf(match[2]!) + 1;
  const digits = match[3]!;
  const today = new Date(atMs).toISOString().slice(0, 10).replaceAll('-', '');
  const thisYear = new Date(atMs).getUTCFullYear();
  for (let year = thisYear; year < thisYear + 100; year++) {
    if (!String(year).endsWith(digits)) continue;
    const contract = createContract(product, year, month);
    if (contract.lastTradingDay >= today) return contract;
  }
  return undefined;
}

/** Price in contract points, free of the noise of binary fractions. */
export function priceOf(contract: FutureContract, ticks: number): number {
  return Number((ticks * contract.tickSize).toFixed(10));
}

const SCALES = new Map<number, TickScale>();

/**
 * Whole ticks, or undefined when the price is not a multiple of the tick. Exact, as IB is: the price is the decimal that
 * the client wrote, so 2900.1000000000004 is none of a tick of 0.1.
 */
export function ticksOf({ tickSize }: FutureContract, price: number): number | undefined {
  const scale = SCALES.get(tickSize) ?? new TickScale(tickSize);
  SCALES.set(tickSize, scale);
  const ticks = scale.ticksOf(price);
  return Number.isNaN(ticks) ? undefined : ticks;
}

/** A stable number in the range of IB's contract ids (FNV-1a of the name). */
function conIdOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return 100_000_000 + (hash % 600_000_000);
}

/** The contract of `<trading class> <yyyymm>`, such as `ES 201909`. */
export function contractOfMonth(key: string): FutureContract | undefined {
  const match = /^(\S+) (\d{4})(\d\d)$/.exec(key);
  const product = PRODUCTS.find((candidate) => candidate.tradingClass === match?.[1]);
  return match && product ? createContract(product, Number(match[2]), Number(match[3])) : undefined;
}
