/**
 * Standard normal distribution function, absolute error below 1e-15, relative error below 1e-13 in the tails.
 * Marsaglia's series near the centre, the continued fraction of Mills' ratio beyond.
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x > 0) return 1 - lowerTail(-x);
  return lowerTail(x);
}

/**
 * Inverse of `normalCdf`: Acklam's rational approximation, then one Halley step to full precision.
 * @returns -Infinity at 0, Infinity at 1, NaN outside [0, 1]
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  // The lower tail keeps its digits; 1 - p is exact for p >= 0.5.
  if (p > 0.5) return -normalQuantile(1 - p);
  const guess = acklam(p);
  const step = (normalCdf(guess) - p) / normalDensity(guess);
  return guess - step / (1 + (guess * step) / 2);
}

function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

/** For x <= 0. */
function lowerTail(x: number): number {
  if (x < -38.6) return 0;
  if (x > -3) return 0.5 + normalDensity(x) * centralSeries(x);
  let fraction = 0;
  for (let k = 120; k >= 1; k--) fraction = k / (-x + fraction);
  return normalDensity(x) / (-x + fraction);
}

/** x + x^3/3 + x^5/(3*5) + ... */
function centralSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return sum;
}

/** P. J. Acklam's approximation for 0 < p <= 0.5, relative error 1.15e-9. */
function acklam(p: number): number {
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return horner(TAIL_NUMERATOR, q) / (horner(TAIL_DENOMINATOR, q) * q + 1);
  }
  const q = p - 0.5;
  const r = q * q;
  return (horner(CENTRE_NUMERATOR, r) * q) / (horner(CENTRE_DENOMINATOR, r) * r + 1);
}

function horner(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

const CENTRE_NUMERATOR = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
];
const CENTRE_DENOMINATOR = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
];
const TAIL_NUMERATOR = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_DENOMINATOR = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];
