/** Largest difference of the distribution functions of two ascending samples. */
export function ksDistance(a: Float64Array, b: Float64Array): number {
  let [i, j, largest] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const at = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i] === at) i++;
    while (j < b.length && b[j] === at) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
}

/** Samples up to this size are counted exactly, as SciPy does. */
const EXACT_MAX = 10_000;

/** Chance that two samples of one continuous distribution are so far apart (two-sided). */
export function ksP(distance: number, rowsA: number, rowsB: number): number {
  const [m, n] = [Math.max(rowsA, rowsB), Math.min(rowsA, rowsB)];
  if (distance <= 0) return 1;
  if (m <= EXACT_MAX) return exactP(distance, m, n);
  return asymptoticP(distance, roundedEven((m * n) / (m + n)));
}

/** As NumPy: a half goes to the even number. */
function roundedEven(value: number): number {
  const below = Math.floor(value);
  return value - below === 0.5 ? below + (below % 2) : Math.round(value);
}

/**
 * Share of the ways to interleave the samples in which they come so far apart: lattice paths from (0, 0) to (m, n) that touch
 * |x/m - y/n| >= distance (Hodges, The significance probability of the Smirnov two-sample test, 1958). Of each point only the
 * chance to have touched before is kept, so nothing overflows. m >= n.
 */
function exactP(distance: number, m: number, n: number): number {
  const divisor = gcd(m, n);
  const steps = m * (n / divisor);
  const reach = Math.round(distance * steps);
  const [mg, ng] = [m / divisor, n / divisor];
  // touched[j]: chance that a path to (i, j) has touched; outside the band it certainly has.
  const touched = new Float64Array(n + 1).fill(1);
  for (let j = 0; j <= n && mg * j < reach; j++) touched[j] = 0;
  for (let i = 1; i <= m; i++) {
    const first = Math.max(0, Math.floor((ng * i - reach) / mg) + 1);
    const last = Math.min(n, Math.ceil((ng * i + reach) / mg) - 1);
    if (last < first) return 1;
    let left = first === 0 ? 0 : 1;
    for (let j = first; j <= last; j++) {
      left = (touched[j]! * i + left * j) / (i + j);
      touched[j] = left;
    }
    if (first > 0) touched[first - 1] = 1;
    // What lies above the band of this column was set to 1 at the start, and no column before has come so far.
  }
  return Math.min(1, touched[n]!);
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Of one sample of n against its distribution: Simard, L'Ecuyer, Computing the two-sided Kolmogorov-Smirnov distribution (2011). */
function asymptoticP(distance: number, n: number): number {
  const square = n * distance * distance;
  if (distance >= 1 || square >= 370) return 0;
  return square >= 2.2 ? Math.min(1, 2 * smirnov(distance, n)) : Math.min(1, Math.max(0, 1 - pelzGood(distance, n)));
}

/** P(D+ >= d) exactly: Birnbaum, Tingey (1951). */
function smirnov(d: number, n: number): number {
  let [sum, logBinomial] = [0, 0];
  for (let j = 0; j <= Math.floor(n * (1 - d)); j++) {
    if (j > 0) logBinomial += Math.log((n - j + 1) / j);
    const at = d + j / n;
    const other = 1 - at;
    if (other <= 0) break;
    sum += Math.exp(logBinomial + (n - j) * Math.log(other) + (j - 1) * Math.log(at));
  }
  return d * sum;
}

/** P(D < d) for large n: Pelz, Good, Approximating the lower tail-areas of the Kolmogorov-Smirnov one-sample statistic (1976). */
function pelzGood(d: number, n: number): number {
  const z = Math.sqrt(n) * d;
  const [z2, pi2] = [z * z, Math.PI ** 2];
  const [z4, z6] = [z2 * z2, z2 ** 3];
  let [k0, k1, k2, k3, k2b, k3b] = [0, 0, 0, 0, 0, 0];
  for (let k = 0; k < 40; k++) {
    const half = pi2 * (k + 0.5) ** 2;
    const weight = Math.exp(-half / (2 * z2));
    k0 += weight;
    // Each half step stands for k and -k - 1.
    k1 += 2 * (half - z2) * weight;
    k2 += 2 * (6 * z6 + 2 * z4 + half * (2 * z4 - 5 * z2) + half ** 2 * (1 - 2 * z2)) * weight;
    k3 +=
      2 *
      (half ** 3 * (5 - 30 * z2) +
        half ** 2 * (-60 * z2 + 212 * z4) +
        half * (135 * z4 - 96 * z6) -
        (30 * z6 + 90 * z4 * z4)) *
      weight;
    const whole = pi2 * k ** 2;
    const even = Math.exp(-whole / (2 * z2));
    k2b += 2 * whole * even;
    k3b += 2 * (-(whole ** 2) + 3 * whole * z2) * even;
  }
  const root = Math.sqrt(Math.PI / 2);
  const terms = [
    (2 * root * k0) / z,
    (root * k1) / (6 * z4),
    root * (k2 / (72 * z ** 7) - k2b / (36 * z ** 3)),
    root * (k3 / (6480 * z ** 10) + k3b / (216 * z6)),
  ];
  return terms.reduce((sum, term, power) => sum + term / n ** (power / 2), 0);
}
