import { isDeepStrictEqual } from 'node:util';
import type { ArmScore, SeedScore } from './fold-contract.js';
import type { SeedNoise } from './statistics/diebold-mariano.js';
import { sampleVariance, total } from './statistics/total.js';

/**
 * What another draw of seeds would change in the difference of two arms: the variance between the fits of an arm, over their number, of
 * both arms. An arm is its test blocks; a fit is the same seed on all of them. Of a file there is one fit only, so that the
 * noise of what it adds is that of single fits.
 * @param fileShare what files add, for one that the refits add: of rows, or of trade dates
 */
export function seedNoise(
  candidate: readonly Fits[],
  prior: readonly Fits[],
  of: (seed: SeedScore) => number,
  fileShare = 0,
): SeedNoise {
  const seeds = candidate[0]!.seeds.length;
  // Equal fits of both arms differ by nothing, whatever the seeds.
  const ofMean = isDeepStrictEqual(seedsOf(candidate), seedsOf(prior)) ? 0 : 1 / seeds;
  const ofFits = varianceOfFits(candidate, of) + varianceOfFits(prior, of);
  return { variance: ofFits * (ofMean + fileShare * fileShare), degrees: 2 * (seeds - 1) };
}

function seedsOf(blocks: readonly Fits[]): unknown {
  return blocks.map(({ seeds }) => seeds);
}

type Fits = Pick<ArmScore, 'seeds'>;

function varianceOfFits(blocks: readonly Fits[], of: (seed: SeedScore) => number): number {
  const sums = blocks[0]!.seeds.map((_, fit) => total(blocks, ({ seeds }) => of(seeds[fit]!)));
  return sampleVariance(sums);
}
