import { normalCdf, normalQuantile } from './normal.js';

/** p of a test beyond this says no more. */
const P_LEAST = 1e-12;

/**
 * Several tests of one direction as one (Stouffer, 1949): what is a little worse everywhere shows where no single test shows it.
 * @returns p that all of them are no worse, for independent tests
 */
export function combinedP(p: readonly number[]): number {
  const sum = p.reduce((total, one) => total + normalQuantile(1 - Math.min(1 - P_LEAST, Math.max(P_LEAST, one))), 0);
  return 1 - normalCdf(sum / Math.sqrt(p.length));
}

/** One test of a family. */
export interface WeightedP {
  readonly p: number;
  /** Of the level, as against the other tests: where more is expected of a test, more of the level is spent on it. */
  readonly weight: number;
}

/**
 * Adjusted p of a family of tests (Holm, 1979, with weights): the chance that any true hypothesis has an adjusted p below a
 * level is at most that level, however the tests depend on each other.
 */
export function holm(tests: readonly WeightedP[]): number[] {
  const adjusted = new Array<number>(tests.length);
  const costOf = ({ p, weight }: WeightedP) => p / weight;
  const inOrder = tests.map((test, at) => ({ test, at })).sort((a, b) => costOf(a.test) - costOf(b.test));
  let most = 0;
  for (const [rank, { test, at }] of inOrder.entries()) {
    const left = inOrder.slice(rank).reduce((sum, { test: { weight } }) => sum + weight, 0);
    most = Math.max(most, Math.min(1, left * costOf(test)));
    adjusted[at] = most;
  }
  return adjusted;
}
