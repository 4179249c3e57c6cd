import type { ArmScore, SeedScore } from './fold-contract.js';
import type { SeedNoise } from './statistics/diebold-mariano.js';
import { sampleVariance, total } from './statistics/total.js';

/**
 * What another draw of seeds would change in the difference of two arms, each the mean of as many fits: the variance between the
 * fits of an arm, over their number, of both arms. An arm is its test blocks; a fit is the same seed on all of them.
 */
export function seedNoise(
  candidate: readonly ArmScore[],
  prior: readonly ArmScore[],
  of: (seed: SeedScore) => number,
): SeedNoise {
  const seeds = candidate[0]!.seeds.length;
  const variance = (varianceOfFits(candidate, of) + varianceOfFits(prior, of)) / seeds;
  return { variance, degrees: 2 * (seeds - 1) };
}

function varianceOfFits(blocks: readonly ArmScore[], of: (seed: SeedScore) => number): number {
  const sums = blocks[0]!.seeds.map((_, fit) => total(blocks, ({ seeds }) => of(seeds[fit]!)));
  return sampleVariance(sums);
}
