import { quantileOf } from '../../gate/statistics/quantile.js';
import { countBelow } from './feature-sketch.js';
import { ksDistance, ksP } from './kolmogorov.js';

/** How far the values of a feature have moved from its reference. Missing values are counted, and in no distance. */
export interface Moved {
  readonly rows: number;
  readonly rowsReference: number;
  readonly missingShare: number;
  readonly missingShareReference: number;
  /** Population stability index, nats. */
  readonly psi: number;
  /** Largest difference of the two distribution functions. */
  readonly ks: number;
  /** p of it, two-sided, for rows that are independent of each other: of a market they are not. */
  readonly ksP: number;
  /** Wasserstein distance over the standard deviation (of n) of the reference; null where that has none. */
  readonly wassersteinSigma: number | null;
  /** Jensen-Shannon distance (the root of the divergence, natural logarithm) over the bins of psi. */
  readonly js: number;
}

const BINS = 10;
const SHARE_LEAST = 1e-4;

/** Null where a side has no value at all. */
export function movedBetween(reference: Float64Array, current: Float64Array): Moved | null {
  const [a, b] = [sortedValues(reference), sortedValues(current)];
  if (a.length === 0 || b.length === 0) return null;
  const edges = binEdges(a);
  const [shareA, shareB] = [sharesIn(a, edges), sharesIn(b, edges)];
  const ks = ksDistance(a, b);
  const sigma = deviationOf(a);
  return {
    rows: current.length,
    rowsReference: reference.length,
    missingShare: 1 - b.length / current.length,
    missingShareReference: 1 - a.length / reference.length,
    psi: psiOf(shareA, shareB),
    ks,
    ksP: ksP(ks, a.length, b.length),
    wassersteinSigma: sigma > 0 ? wasserstein(a, b) / sigma : null,
    js: jensenShannon(shareA, shareB),
  };
}

/** Ascending, without what is missing. */
export function sortedValues(values: Float64Array): Float64Array {
  return values.filter((value) => !Number.isNaN(value)).sort();
}

/** Between bins of equal shares of the reference; what is below the first or above the last belongs to the outer bins. */
function binEdges(sorted: Float64Array): number[] {
  // i * 0.1 and not i / 10, as NumPy's linspace: where a quantile is one of the values, its last bit decides the bin.
  const all = Array.from({ length: BINS + 1 }, (_, i) => quantileOf(sorted, Math.min(1, i * (1 / BINS))));
  return [...new Set(all)].slice(1, -1);
}

/** Of the bins (-inf, e1), [e1, e2), ..., [en, inf). */
function sharesIn(sorted: Float64Array, edges: readonly number[]): number[] {
  const below = [...edges.map((edge) => countBelow(sorted, edge, false)), sorted.length];
  return below.map((count, bin) => (count - (below[bin - 1] ?? 0)) / sorted.length);
}

/** Of bins, by the shares of rows in each. */
export function psiOf(reference: readonly number[], current: readonly number[]): number {
  return reference.reduce((sum, share, bin) => {
    const [a, b] = [Math.max(share, SHARE_LEAST), Math.max(current[bin]!, SHARE_LEAST)];
    return sum + (b - a) * Math.log(b / a);
  }, 0);
}

/** Lin, Divergence measures based on the Shannon entropy (1991); its root is a metric (Endres, Schindelin 2003). */
function jensenShannon(p: readonly number[], q: readonly number[]): number {
  const half = (share: number, middle: number) => (share === 0 ? 0 : share * Math.log(share / middle));
  const sum = p.reduce((all, share, bin) => {
    const middle = (share + q[bin]!) / 2;
    return all + half(share, middle) + half(q[bin]!, middle);
  }, 0);
  return Math.sqrt(Math.max(0, sum / 2));
}

/** Area between the two distribution functions. */
function wasserstein(a: Float64Array, b: Float64Array): number {
  let [i, j, area] = [0, 0, 0];
  let at = Math.min(a[0]!, b[0]!);
  while (i < a.length || j < b.length) {
    const next = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    area += Math.abs(i / a.length - j / b.length) * (next - at);
    at = next;
    while (i < a.length && a[i] === at) i++;
    while (j < b.length && b[j] === at) j++;
  }
  return area;
}

function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
