import { Failure } from '../../failure.js';

/** Ten to the power of 0..22: the powers that float64 holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
const DECIMALS_MAX = 15;
/** Of fifteen digits at most: such a decimal and its float64 name each other. */
const EXACT_MANTISSA_MAX = 1e15;

/**
 * Exact conversion between decimal prices and whole ticks of one instrument. A tick size such as 0.25 is the fraction
 * 25/100; prices are compared as integers, so no rounding can move a price to a neighbouring tick.
 */
export class TickScale {
  /** tickSize = numerator / 10^decimals */
  readonly numerator: number;
  readonly decimals: number;
  /** For a price of `mantissa / 10^d`: ticks = mantissa * multiplierOf[d] / divisorOf[d]. */
  readonly multiplierOf: Float64Array;
  readonly divisorOf: Float64Array;

  /** @throws BadTickSize when the tick size is not a positive decimal of at most 15 digits */
  constructor(readonly tickSize: number) {
    if (!(tickSize > 0 && Number.isFinite(tickSize))) throw new BadTickSize(tickSize);
    const { mantissa, decimals } = decimalOf(tickSize);
    if (decimals > DECIMALS_MAX) throw new BadTickSize(tickSize);
    this.numerator = mantissa;
    this.decimals = decimals;
    this.multiplierOf = new Float64Array(DECIMALS_MAX + 1);
    this.divisorOf = new Float64Array(DECIMALS_MAX + 1);
    for (let d = 0; d <= DECIMALS_MAX; d++) {
      this.multiplierOf[d] = POWERS[Math.max(0, decimals - d)]!;
      this.divisorOf[d] = mantissa * POWERS[Math.max(0, d - decimals)]!;
    }
  }

  /** Whole ticks of `mantissa / 10^decimals`; NaN where the price is no whole number of ticks. */
  ticksOfDecimal(mantissa: number, decimals: number): number {
    if (decimals > DECIMALS_MAX) return Number.NaN;
    const divisor = this.divisorOf[decimals]!;
    const scaled = mantissa * this.multiplierOf[decimals]!;
    const ticks = scaled / divisor;
    const isWhole = ticks === Math.trunc(ticks) && ticks * divisor === scaled && Number.isSafeInteger(scaled);
    return isWhole && ticks >= -0x80000000 && ticks <= 0x7fffffff ? ticks : Number.NaN;
  }

  /**
   * Whole ticks of a price; NaN where it is not the float64 nearest to a whole number of ticks, by the least. Without a
   * text in between, and without allocation: every event that comes in is asked this.
   */
  ticksOf(price: number): number {
    const ticks = Math.round(price / this.tickSize);
    const isExact = this.priceOf(ticks) === price && Math.abs(ticks * this.numerator) < EXACT_MANTISSA_MAX;
    return isExact && ticks >= -0x80000000 && ticks <= 0x7fffffff ? ticks : Number.NaN;
  }

  /** The price of a number of ticks: the float64 nearest to the decimal price. */
  priceOf(ticks: number): number {
    return (ticks * this.numerator) / POWERS[this.decimals]!;
  }
}

const scales = new Map<number, TickScale>();

/** The scale of a tick size, made once. @throws BadTickSize */
export function tickScaleOf(tickSize: number): TickScale {
  let scale = scales.get(tickSize);
  if (!scale) {
    scale = new TickScale(tickSize);
    scales.set(tickSize, scale);
  }
  return scale;
}

class BadTickSize extends Failure {
  constructor(tickSize: number) {
    super('BadTickSize', `${tickSize} is no tick size`, 'give a positive decimal such as 0.25');
  }
}

/** The shortest decimal that reads back as this number, as mantissa / 10^decimals. */
function decimalOf(value: number): { mantissa: number; decimals: number } {
  const [digits = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = digits.split('.');
  const decimals = fraction.length - Number(exponent);
  const mantissa = Number(whole + fraction);
  return decimals < 0 ? { mantissa: mantissa * 10 ** -decimals, decimals: 0 } : { mantissa, decimals };
}
